package repl_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// complete has a session evaluate lines, and completes what is typed at the last prompt.
func complete(t *testing.T, before []string, typed string) (from int, found []string) {
	t.Helper()
	var script []step
	for _, line := range before {
		script = append(script, step{line: line})
	}
	script = append(script, step{do: func(ty *typist) { from, found = ty.help.Complete(typed, len(typed)) }, line: ":quit"})
	if screen, err := session(t, &typist{script: script}); err != nil {
		t.Errorf("%v\n%s", err, screen)
	}
	return from, found
}

func TestComplete(t *testing.T) {
	t.Chdir(t.TempDir())
	for name, text := range map[string]string{
		"notes.txt": "", ".hidden": "", "jobs.lua": "return 1", "lib/nightly.lua": "return 1", "lib/deep/init.lua": "return 1", "lib/readme.md": "",
	} {
		if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, tt := range []struct {
		before []string
		typed  string
		word   string // the part that is completed
		want   string // all that it can become; where that ends in dots, others may be there as well: tables of builtins grow
	}{
		// Names and keywords.
		{typed: "gat", word: "gat", want: "gather ..."},
		{typed: "x = wh", word: "wh", want: "while ..."},
		{typed: "print(task", word: "task", want: "task ..."},
		{before: []string{"local mine = 1", "mineral = 2"}, typed: "mi", word: "mi", want: "mine mineral"},
		{typed: "nothing_like_it", word: "nothing_like_it"},

		// Along a path of fields, of globals and locals.
		{typed: "string.rev", word: "rev", want: "reverse"},
		{typed: "base64.enc", word: "enc", want: "encode"}, // of a table that nothing has named yet
		{typed: "_G.string.rev", word: "rev", want: "reverse"},
		{before: []string{"local a = {b = {c = {deep = 1, dark = 2, [1] = 3, ['no name'] = 4}}}"}, typed: "a.b.c.", want: "dark deep"},
		{before: []string{"a = setmetatable({own = 1}, {__index = {behind = 2}})"}, typed: "a.", want: "behind own"},
		{before: []string{"a = setmetatable({}, {__index = function() error('ran') end})"}, typed: "a.x.", want: ""},
		{before: []string{"a = {} setmetatable(a, {__index = a}) a.x = 1"}, typed: "a.", want: "x"},
		{typed: "nowhere.at.all.", want: ""},
		{typed: "1.", want: ""},
		{typed: "f().x", word: "x", want: ""},

		// Methods: only functions.
		{before: []string{"a = {run = print, size = 3}"}, typed: "a:", want: "run"},
		{before: []string{"q = sync.queue()"}, typed: "q:", want: "close get put size ..."},
		{before: []string{"t = spawn(sleep, 0)"}, typed: "t:canc", word: "canc", want: "cancel cancelled ..."},
		{before: []string{"s = 'x'"}, typed: "s:up", word: "up", want: "upper"},
		{typed: `("x"):up`, word: "up", want: "upper"},
		{before: []string{"_, err = pcall(sleep, 'x')"}, typed: "err.ki", word: "ki", want: "kind ..."},

		// Commands and what they take.
		{typed: ":", want: "cancel doc help load quit ..."},
		{typed: ":t", word: "t", want: "tasks time ..."},
		{typed: ":doc task.as", word: "task.as", want: "task.as_completed ..."},
		{typed: ":help queue:p", word: "queue:p", want: "queue:put ..."},
		{before: []string{"local q = sync.queue()"}, typed: ":doc q:si", word: "si", want: "size ..."},
		{typed: "?task.as", word: "task.as", want: "task.as_completed ..."},
		{before: []string{"q = sync.queue()"}, typed: " ? q:si", word: "si", want: "size ..."},
		{typed: ":load jo", word: "jo", want: "jobs.lua"},
		{typed: ":time string.rev", word: "rev", want: "reverse"},
		{typed: ":quit x", want: ""},

		// Files and modules inside strings.
		{typed: `read("no`, word: "no", want: "notes.txt"},
		{typed: `read('`, want: "jobs.lua lib/ notes.txt"},
		{typed: `read("lib/re`, word: "re", want: "readme.md"},
		{typed: `read(".`, word: ".", want: ".hidden"},
		{typed: `require("j`, word: "j", want: "jobs"},
		{typed: `require "li`, word: "li", want: "lib."},
		{typed: `local m = require("lib.`, want: "lib.deep lib.nightly", word: "lib."},
		{typed: `print("no`, want: ""},
		{typed: `-- gath`, want: ""},
		{typed: `read("no"`, want: ""},
		{typed: "", want: "gather while ..."},
	} {
		from, found := complete(t, tt.before, tt.typed)
		if want, others := strings.CutSuffix(tt.want, " ..."); others {
			if tt.want = strings.Join(found, " "); !slices.IsSorted(found) {
				t.Errorf("%q: %s, not sorted", tt.typed, tt.want)
			}
			for _, name := range strings.Fields(want) {
				if !slices.Contains(found, name) {
					t.Errorf("%q: %s is not among %s", tt.typed, name, tt.want)
				}
			}
			for _, name := range found {
				if !strings.HasPrefix(name, tt.word) {
					t.Errorf("%q: %s does not begin with %q", tt.typed, name, tt.word)
				}
			}
		}
		if got := strings.Join(found, " "); got != tt.want {
			t.Errorf("%q: %s, want %s", tt.typed, got, tt.want)
		} else if got != "" && tt.typed[from:] != tt.word {
			t.Errorf("%q: completes %q, want %q", tt.typed, tt.typed[from:], tt.word)
		}
	}
}

// In the second line of a statement, what began in the first counts.
func TestCompleteInALaterLine(t *testing.T) {
	var inCall, inString []string
	_, err := session(t, &typist{script: []step{
		{line: "print("},
		{do: func(ty *typist) { _, inCall = ty.help.Complete("string.rev", 10) }, line: "string.reverse('x'))"},
		{line: "s = [["},
		{do: func(ty *typist) { _, inString = ty.help.Complete("gath", 4) }, line: "]]"},
	}})
	if err != nil || !slices.Equal(inCall, []string{"reverse"}) || len(inString) > 0 {
		t.Errorf("%v; %v, and inside a string %v", err, inCall, inString)
	}
}
