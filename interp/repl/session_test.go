package repl_test

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/lull-lua/lull/builtins"
	"github.com/lull-lua/lull/interp"
	"github.com/lull-lua/lull/interp/repl"
)

// Ctrl-C at the prompt clears what was typed, of a statement of several lines all of it; the second within a second leaves,
// unless it cleared something, or something was entered between them.
func TestInterruptAtThePrompt(t *testing.T) {
	got, err := session(t, &typist{script: []step{
		{line: "no line", err: repl.ErrInterrupted},
		{line: "if true then"},
		{line: "print('no')", err: repl.ErrInterrupted},
		{line: "'on'"},
		{line: "", err: repl.ErrInterrupted},
		{line: "'still on'"},
		{line: "", err: repl.ErrInterrupted},
		{line: "", err: repl.ErrInterrupted},
		{line: "'never read'"},
	}})
	want := "> no line\n> if true then\n>> print('no')\n> 'on'\n\"on\"\n> \n> 'still on'\n\"still on\"\n> \n> \n"
	if err != nil || got != want {
		t.Errorf("%v; on the screen is\n%s\nwant\n%s", err, got, want)
	}
}

// The same as a signal, which may come at any time: at the prompt, or during an evaluation, where it takes three to leave.
func TestInterruptAsSignal(t *testing.T) {
	ty := &typist{}
	interrupt := func(ty *typist) { ty.repl.Interrupt() }
	ty.script = []step{
		{do: interrupt, see: "never seen"},
		{line: "ctrl_c() sleep(100)"},
		{do: interrupt, see: "never seen"},
		{line: "'here'"},
		{line: "finally(function() ctrl_c() ctrl_c() sleep(100) end, function() print('cleaned') end)"},
		{line: "'still here'"},
		{line: "ctrl_c() ctrl_c() ctrl_c() sleep(100)"},
		{line: "'never read'"},
	}
	got, err := session(t, ty, interp.WithFunc("ctrl_c", func() { ty.repl.Interrupt() }))
	if err != nil || strings.Contains(got, "never") || !strings.Contains(got, "> > ctrl_c()") ||
		!strings.Contains(got, "> > 'here'\n\"here\"\n") || !strings.Contains(got, "Ctrl-C once more leaves\ncleaned\ncancelled\n> 'still here'\n\"still here\"\n") {
		t.Errorf("%v; on the screen is\n%s", err, got)
	}
	if ty.repl.Interrupt() {
		t.Error("a session that has ended can be interrupted")
	}
}

// Ctrl-C during an evaluation counts however slowly it comes, as a cleanup may take long.
func TestSlowInterrupts(t *testing.T) {
	repl.SetTimes(time.Hour, time.Millisecond)
	defer forEver()
	ty := &typist{}
	ty.script = []step{
		{line: "finally(function() ctrl_c() sleep(100) end, function() late() ctrl_c() late() ctrl_c() print('cleaned') end)"},
		{line: "'never read'"},
	}
	got, err := session(t, ty, interp.WithFunc("ctrl_c", func() { ty.repl.Interrupt() }),
		interp.WithFunc("late", func() { <-time.After(50 * time.Millisecond) })) // more than that in which two at the prompt leave
	if err != nil || strings.Contains(got, "never") || !strings.Contains(got, "Ctrl-C once more leaves\n") || !strings.Contains(got, "cleaned\n") {
		t.Errorf("%v; on the screen is\n%s", err, got)
	}
}

// A background task that lets nobody have a turn is cancelled by Ctrl-C, or nobody could type any more.
func TestInterruptOfABusyTask(t *testing.T) {
	busy, once := make(chan struct{}), sync.Once{}
	ty := &typist{script: []step{
		{line: "spawn(function() sleep(0) while true do computes() end end):name('loop') _ = 1"},
		{do: func(ty *typist) { <-busy; ty.repl.Interrupt() }, see: "never seen"},
		{see: "nobody else", line: "'goes on'"},
	}}
	got, err := session(t, ty, interp.WithFunc("computes", func() { once.Do(func() { close(busy) }) }))
	if err != nil || !strings.Contains(got, "task 'loop' is cancelled: it let nobody else have a turn") || !strings.Contains(got, "\"goes on\"") {
		t.Errorf("%v; on the screen is\n%s", err, got)
	}
}

// So is one that an evaluation waits for, by the Ctrl-C after the one that cancels the evaluation.
func TestInterruptOfABusyTaskDuringAnEvaluation(t *testing.T) {
	ty := &typist{}
	ty.script = []step{
		{line: "spawn(function() ctrl_c() while true do end end):name('loop') sleep(0) print('never')"},
		{line: "'goes on'"},
	}
	var later *time.Timer
	got, err := session(t, ty, interp.WithFunc("ctrl_c", func() {
		ty.repl.Interrupt()
		later = time.AfterFunc(1500*time.Millisecond, func() { ty.repl.Interrupt() }) // not the second within a second
	}))
	later.Stop()
	if err != nil || !strings.Contains(got, "task 'loop' is cancelled") || !strings.Contains(got, "cancelled\n> 'goes on'\n\"goes on\"") {
		t.Errorf("%v; on the screen is\n%s", err, got)
	}
}

// Tasks go on while the prompt waits: what they print is there at once, and so is what went wrong.
func TestTasksWhileThePromptWaits(t *testing.T) {
	prompted := make(chan struct{})
	got, err := session(t, &typist{script: []step{
		{line: "e = sync.event() spawn(function() e:wait() print('woke') sleep(0.01) error('lost') end):name('worker') _ = 1"},
		{line: "spawn(function() prompted() e:set() end) _ = 1"},
		{do: func(*typist) { close(prompted) }, see: "task 'worker' failed: repl1:1: lost\n", line: "'typed'"},
	}}, interp.WithAsync("prompted", func(ctx context.Context) error {
		select {
		case <-prompted:
		case <-ctx.Done():
		}
		return ctx.Err()
	}))
	if err != nil || !strings.HasSuffix(got, "> woke\nlull: task 'worker' failed: repl1:1: lost\n'typed'\n\"typed\"\n> ") {
		t.Errorf("%v; on the screen is\n%s", err, got)
	}
}

// However a session ends, every task of it has unwound.
func TestEndings(t *testing.T) {
	spawned := step{line: "spawn(function() finally(function() sleep(100) end, function() sleep(0.01) print('cleaned') end) end) _ = 1"}
	for name, tt := range map[string]struct {
		last step
		want func(err error) bool
	}{
		"end of the input": {step{line: "_ = 2"}, func(err error) bool { return err == nil }},
		"quit":             {step{line: ":quit"}, func(err error) bool { return err == nil }},
		"os.exit": {step{line: "os.exit(3)"}, func(err error) bool {
			var exit interp.ExitError
			return errors.As(err, &exit) && exit.Code == 3
		}},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := session(t, &typist{script: []step{spawned, tt.last}})
			if !tt.want(err) || !strings.Contains(got, "cleaned\n") {
				t.Errorf("%v; on the screen is\n%s", err, got)
			}
		})
	}
}

// A context that ends, ends the session, while it evaluates or waits for a line, with the cause.
func TestContext(t *testing.T) {
	cause := errors.New("the host closes")
	for name, script := range map[string][]step{
		"evaluation": {{line: "end_session() sleep(100)"}},
		"prompt":     {{line: "spawn(function() sleep(0.01) end_session() end) _ = 1"}, {see: "never seen"}},
	} {
		t.Run(name, func(t *testing.T) {
			ctx, cancel := context.WithCancelCause(context.Background())
			defer cancel(nil)
			ty := &typist{script: script}
			rt, err := interp.New(builtins.Std(), interp.WithStdio(nil, ty, ty), interp.WithFunc("end_session", func() { cancel(cause) }))
			if err != nil {
				t.Fatal(err)
			}
			defer rt.Close()
			if err := repl.New(rt, repl.Options{Lines: ty}).Run(ctx); !errors.Is(err, cause) || !errors.Is(err, interp.ErrCancelled) {
				t.Errorf("Run: %v", err)
			}
		})
	}
}

// A statement of several lines is one entry of the history, a command is one, a line without anything is none.
func TestRemembered(t *testing.T) {
	ty := &typist{script: []step{
		{line: "x = 1"}, {line: ""}, {line: "for i = 1, 2 do"}, {line: "  x = x + i"}, {line: "end"}, {line: ":tasks"}, {line: "x = = 1"},
		{line: "no entry", err: repl.ErrInterrupted},
	}}
	if _, err := session(t, ty); err != nil {
		t.Error(err)
	}
	want := "x = 1|for i = 1, 2 do\n  x = x + i\nend|:tasks|x = = 1"
	if got := strings.Join(ty.history, "|"); got != want {
		t.Errorf("the history is %q, want %q", got, want)
	}
}

// Plain, where no terminal is: output that ends in the midst of a line does not hide the prompt, and an unfinished last
// statement is told of.
func TestPlain(t *testing.T) {
	var out bytes.Buffer
	lines := repl.NewPlain(strings.NewReader("io.write('half') _ = 1\r\n1 + 1\nif x then"), &out)
	rt, err := interp.New(builtins.Std(), interp.WithStdio(nil, lines, lines))
	if err != nil {
		t.Fatal(err)
	}
	defer rt.Close()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	if err := repl.New(rt, repl.Options{Lines: lines, Banner: "hello"}).Run(ctx); err != nil {
		t.Error(err)
	}
	const want = "hello\n> half\n> 2\n> >> \nrepl3:1: 'end' expected near '<eof>'\n   | if x then\n   | ^^\n> \n"
	if out.String() != want {
		t.Errorf("it wrote\n%s\nwant\n%s", out.String(), want)
	}
}

// Where lines cannot be edited, the keys that would do so are no text: such a line is not Lua, and says so.
func TestKeysThatAreNoText(t *testing.T) {
	got, err := session(t, &typist{script: []step{
		{line: "\x1b[A"}, {line: "print('tab', '\ttab')"}, {line: "if true then"}, {line: "print('a\x08b')"}, {line: "print('in', 'it') end"}, {line: "'grün'"},
	}})
	const left = "that line has a key in it that is no text (character %d): lines cannot be edited here. It is left out\n"
	want := "> \x1b[A\n" + strings.Replace(left, "%d", "27", 1) + "> print('tab', '\ttab')\ntab\t\ttab\n> if true then\n>> print('a\x08b')\n" +
		strings.Replace(left, "%d", "8", 1) + ">> print('in', 'it') end\nin\tit\n> 'grün'\n\"grün\"\n> "
	if err != nil || got != want {
		t.Errorf("%v; on the screen is\n%q\nwant\n%q", err, got, want)
	}
}

// The reference is asked by a name, or by a variable that has what it tells of.
func TestHelpForVariables(t *testing.T) {
	for _, tt := range []struct{ line, want string }{
		{":doc q:try_get", "q:try_get()"},
		{"?q.close", "q:close()"},
		{"help(q)", "class queue"},
		{"?n.deep.q:size", "q:size()"},
		{":doc t:id", "t:id()"},
		{"?w", "now()"},
		{"help(w)", "now()"},
		{"help now", "now()"},
		{`help "gather"`, "gather(...)"},
		{"?io.stdout", "class file"},
		{"?s:rep", "string.rep(s, n"},
		{"? ", "  :help [name]"},
	} {
		got, err := session(t, &typist{script: []step{
			{line: "local q = sync.queue(1) n = { deep = { q = q } } w = now s = 'x' t = task.current()"}, {line: tt.line},
		}})
		_, shown, _ := strings.Cut(got, "> "+tt.line+"\n")
		if err != nil || !strings.HasPrefix(shown, tt.want) {
			t.Errorf("%s: %v\n%s\nwant\n%s", tt.line, err, shown, tt.want)
		}
	}
}
