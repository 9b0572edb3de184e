package report_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/lull-lua/lull/builtins"
	"github.com/lull-lua/lull/interp"
	"github.com/lull-lua/lull/interp/interptest"
	"github.com/lull-lua/lull/interp/report"
)

// failure is the error that a script ends with.
func failure(t *testing.T, name, src string, opts ...interp.Option) *interp.Error {
	t.Helper()
	_, err := interptest.New(t, append([]interp.Option{builtins.Std()}, opts...)...).RunString(t.Context(), name, src)
	var e *interp.Error
	if !errors.As(err, &e) {
		t.Fatalf("%s: %v is no error of a script", src, err)
	}
	return e
}

func printed(t *testing.T, p report.Printer, e *interp.Error) string {
	t.Helper()
	var b strings.Builder
	if err := p.Error(&b, e); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// Carets stand below the expression that failed, or the name that the message is about. In each line of a script « and » stand around
// what is to be marked.
func TestCaretsMarkTheExpression(t *testing.T) {
	for _, src := range []string{
		`local x = 1 «error("broken")» x = 2`,
		`if true then «error("broken")» end`,
		`local t = {} local v = 1 + t.«field» + 2`,
		`local t = {} local v = t.«a».b.c`,
		`local t = {a = {}} local v = t.a.«b».c`,
		`local t = {} t.«a».b = 1`,
		`local t = {} t.x, t.«y».z, t.w = 1, 2, 3`,
		`local a, b = 1, {} local v = a + «b»`,
		`local a = {} local v = -«a»`,
		`local a local v = #«a»`,
		`local a = {} local v = "x" .. «a» .. "y"`,
		`local v = («"x" .. {}») .. "y"`,
		`local v = 1 + («{} * 2»)`,
		`local v = («{} < {}»)`,
		`local v = («1 < "x"») or (2 > {})`,
		`local v = (1 < 2) and («2 > {}»)`,
		`if not («{} <= 1») then end`,
		`«gahter»(1, 2)`,
		`local t = {} t.«run»(1)`,
		`local t = {} t:«run»(1)`,
		`local s = "x" print(s:«uper»())`,
		`local t = {{}} «t[1]()»`,
		`«("x")()»`,
		`print(«tostring()»)`,
		`local ok = true and «string.rep()» or 1`,
		`print(1, «string.rep("x", {})», 2)`,
		`for i = «1, {}, 2» do end`,
		`for k, v in «nil» do end`,
		`for k, v in «pairs(nil)» do end`,
		`local t = {} «t[nil]» = 1`,
		`local t = {1, 2, [«nil»] = 3}`,
		`return «error("tail")»`,
		`local function f() «error("in f")» end f()`,
		`await(spawn(function() «error("in a task")» end))`,
		`«sleep("x")»`,
		`local v = {a = 1, b = «read("/no/such/file")»}`,
		`«wait_for(function() sleep(9) end, 1)»`,
		`local a = {b = {}} a.b.«c».d = 1`,
		`local s = "日本" .. («{} + 1»)`,
		"\tlocal x = «error('tab')»",
		`coroutine.wrap(function() «error("in a coroutine")» end)()`,
		`local x = «assert(false, "asserted")»`,
		`local v = 1 - («2 ^ {}») - 3`,
		`local up = nil local function f() return «up».x end f()`,
		`local t = {f = function() «error("in a table")» end, g = 1} t.f()`,
		`while («nil + 1») do end`,
		`repeat until («nil + 1»)`,
		`goto done ::done:: «error("label")»`,
	} {
		before, rest, _ := strings.Cut(src, "«")
		inside, after, _ := strings.Cut(rest, "»")
		clean, from, to := before+inside+after, len(before), len(before+inside)
		text := "-- first\n" + clean + "\n-- last\n"
		e := failure(t, "@t.lua", text)
		out := printed(t, report.Printer{Text: report.Sources("t.lua", []byte(text))}, e)
		lines := strings.Split(out, "\n")
		if len(lines) < 3 || !strings.HasPrefix(lines[1], "  2 | ") || strings.TrimPrefix(lines[1], "  2 | ") != clean {
			t.Errorf("%s: no line of it in\n%s", src, out)
			continue
		}
		carets := strings.TrimPrefix(lines[2], "    | ")
		n := strings.Count(carets, "^")
		if want := len([]rune(clean[from:to])); n != want || len([]rune(strings.TrimRight(carets, "^"))) != len([]rune(clean[:from])) {
			t.Errorf("marked wrongly, want %q:\n%s\n%s", clean[from:to], lines[1], lines[2])
		}
	}
}

// An expression of several lines is marked in the one that the message names.
func TestCaretsInOneOfSeveralLines(t *testing.T) {
	src := "local t = {}\nlocal v = f(\n  1,\n  2)\n"
	out := printed(t, report.Printer{Text: report.Sources("t.lua", []byte(src))}, failure(t, "@t.lua", src))
	if !strings.Contains(out, "  2 | local v = f(\n    |           ^\n") {
		t.Errorf("printed\n%s", out)
	}
	src = "local t = { a = { b = {} } }\nlocal v = t\n  .a\n  .b\n  .c.d\n"
	out = printed(t, report.Printer{Text: report.Sources("t.lua", []byte(src))}, failure(t, "@t.lua", src))
	if !strings.Contains(out, "  5 |   .c.d\n    |    ^\n") {
		t.Errorf("printed\n%s", out)
	}
	src = "local t = setmetatable({}, { __index = function(_, k)\n  error('no ' .. k, 2) end })\nlocal v = 1 + t.missing"
	out = printed(t, report.Printer{Text: report.Sources("t.lua", []byte(src))}, failure(t, "@t.lua", src))
	if !strings.Contains(out, "  3 | local v = 1 + t.missing\n    |               ^^^^^^^^^\n") {
		t.Errorf("printed\n%s", out)
	}
	src = "\xef\xbb\xbfprint(1) error('after a mark')"
	out = printed(t, report.Printer{Text: report.Sources("t.lua", []byte(src))}, failure(t, "@t.lua", src))
	if !strings.Contains(out, "  1 | print(1) error('after a mark')\n    |          ^^^^^^^^^^^^^^^^^^^^^\n") {
		t.Errorf("printed\n%s", out)
	}
	src = "#!/usr/bin/lull\r\nprint(1) error('CR LF')\r\n"
	out = printed(t, report.Printer{Text: report.Sources("t.lua", []byte(src))}, failure(t, "@t.lua", src))
	if !strings.Contains(out, "  2 | print(1) error('CR LF')\n    |          ^^^^^^^^^^^^^^\n") {
		t.Errorf("printed\n%s", out)
	}
}

// A line is shown of the text that was compiled, and of no other.
func TestLinesOfOtherTexts(t *testing.T) {
	dir := t.TempDir()
	file := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	secret := file("secret.txt", "the password is hunter2\n")
	module := file("mod.lua", "local M = {}\nfunction M.f() error('in a module') end\nreturn M\n")
	for _, tt := range []struct {
		name, src string
		want      string // shown
		not       string
	}{
		{"a module", fmt.Sprintf("loadfile(%q)().f()", module), "  2 | function M.f() error('in a module') end\n    |                ^^^^^^^^^^^^^^^^^^^^\n", ""},
		{"a chunk that calls itself a file", fmt.Sprintf("load('error(1)', '@%s')()", secret), "secret.txt:1: 1", "hunter2"},
		{"a message that begins with a file", fmt.Sprintf("error('%s:1: x', 0)", secret), "secret.txt:1: x", "hunter2"},
		{"a chunk that calls itself a module", fmt.Sprintf("load('local x = 1 error(x)', '@%s')()", module), "mod.lua:1: 1", "local M"},
		{"a chunk that calls itself the script", "load('local x = 1 error(x)', '@t.lua')()", "t.lua:1: 1", "1 |"},
		{"a message raised anew", "local ok, err = pcall(function()\n  error('broken')\nend)\nerror(err, 0)", "  2 |   error('broken')\n", ""},
	} {
		e := failure(t, "@t.lua", tt.src)
		out := printed(t, report.Printer{Text: report.Sources("t.lua", []byte(tt.src))}, e)
		if !strings.Contains(out, tt.want) || tt.not != "" && strings.Contains(out, tt.not) {
			t.Errorf("%s: printed\n%s", tt.name, out)
		}
	}
}

// Each error that comes with another is printed once, each with its line; words that were put before one stand for it.
func TestWhatComesWithAnError(t *testing.T) {
	src := `local function late(text) return function() finally(function() sleep(9) end, function() error(text) end) end end
local function main() gather(function() sleep(1) read("/no/such/file") end, late("late")) end
local ok, err = pcall(main)
error(errors.wrap(err, "deploy"))
`
	p := report.Printer{Title: "app: ", Text: report.Sources("t.lua", []byte(src))}
	out := printed(t, p, failure(t, "@t.lua", src))
	for _, want := range []string{
		"app: t.lua:2: deploy: read: /no/such/file: no such file or directory\n  2 | local function main() gather(function() sleep(1) read(\"/no/such/file\") end, late(\"late\")) end\n" +
			"    |                                                  ^^^^^^^^^^^^^^^^^^^^^\nstack traceback:\n",
		"app: t.lua:1: late\n",
		"caused by: cancelled: a sibling ended\n",
	} {
		if strings.Count(out, want) != 1 {
			t.Errorf("%q is there %d times, in\n%s", want, strings.Count(out, want), out)
		}
	}
	if n := strings.Count(out, "no such file"); n != 1 {
		t.Errorf("it is told %d times:\n%s", n, out)
	}
	p.And = "and: "
	if out := printed(t, p, failure(t, "@t.lua", src)); strings.Count(out, "app: ") != 1 || strings.Count(out, "and: ") != 1 {
		t.Errorf("printed\n%s", out)
	}
	many := `local t = {} for i = 1, 1500 do t[i] = function() finally(function() sleep(9) end, function() error("e" .. i, 0) end) end end
t[0] = nil t[1501] = function() error("first", 0) end gather(t)`
	out = printed(t, report.Printer{}, failure(t, "@t.lua", many))
	if n := strings.Count(out, "\ne"); n > 1000 || !strings.Contains(out, "more than 1000 errors came with this one") {
		t.Errorf("%d others printed", n)
	}
}

type failing struct{}

func (failing) Write([]byte) (int, error) { return 0, os.ErrClosed }

func TestWriterThatFails(t *testing.T) {
	p := report.Printer{Text: report.Sources("t.lua", []byte("error('x')"))}
	if err := p.Error(failing{}, failure(t, "@t.lua", "error('x')")); !errors.Is(err, os.ErrClosed) {
		t.Errorf("got %v", err)
	}
	_, err := interp.Compile("@t.lua", []byte("x = = 1"))
	if err := p.Syntax(failing{}, err); !errors.Is(err, os.ErrClosed) {
		t.Errorf("got %v", err)
	}
}

// A run that has failed with several errors has all of them printed, and a source is found by the name that its chunk was compiled by.
func TestErrorsOfARun(t *testing.T) {
	const src = "spawn(function() error('first') end)\nspawn(function() local x = nil + 1 end)\nsleep(0)\nerror('third')"
	rt, err := interp.New(builtins.Std())
	if err != nil {
		t.Fatal(err)
	}
	defer rt.Close()
	_, err = rt.RunString(t.Context(), "=jobs", src)
	p := report.Printer{Title: "app: ", Text: report.Sources("=jobs", []byte(src))}
	var b strings.Builder
	if err := p.Error(&b, err); err != nil {
		t.Error(err)
	}
	for _, want := range []string{"app: jobs:1: first", "app: jobs:2: attempt to", "  2 | spawn(function() local x = nil + 1 end)", "app: jobs:4: third"} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("%q is missing in\n%s", want, b.String())
		}
	}
	b.Reset()
	_, syntax := interp.Compile("=bad", []byte("x = = 1"))
	p.Text = report.Sources("=bad", []byte("x = = 1"))
	if err := p.Error(&b, errors.Join(syntax, errors.New("and more"))); err != nil || !strings.Contains(b.String(), "  1 | x = = 1") || !strings.HasSuffix(b.String(), "app: and more\n") {
		t.Errorf("printed %s; %v", b.String(), err)
	}
}
