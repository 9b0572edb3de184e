package interp_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/lull-lua/lull/builtins"
	"github.com/lull-lua/lull/interp"
)

// A run that is ended from outside says where its tasks were at that moment.
func TestWhereTheTasksWere(t *testing.T) {
	errEnough := errors.New("enough")
	for _, tt := range []struct {
		name, src string
		where     []string
		frames    string // the innermost function of Lua
	}{
		{"one task", "local function work()\n\tready() sleep(99)\nend\nwork()", []string{"task 1 'main': sleep at t:2"}, "t:2: in function 'work'"},
		{"many at one place", "for i = 1, 500 do\n\tspawn(function() sleep(99) end):name('t' .. i)\nend\nsleep(0) ready() sleep(99)",
			[]string{"task 1 'main': sleep at t:4", "500 tasks 't1', 't2', 't3', ...: sleep at t:2"}, "t:4: in main chunk"},
		{"many places", "local f = {} for i = 1, 30 do f[i] = assert(loadstring('sleep(99)', '=f' .. i)) spawn(f[i]) end sleep(0) ready() sleep(99)",
			[]string{"task 1 'main': sleep at t:1", "task 2 'f1:0': sleep at f1:1", "... and 11 more"}, "t:1: in main chunk"},
		{"main has returned", "spawn(function()\n\tsleep(0) ready() sleep(99)\nend)", []string{"task 2 't:1': sleep at t:2"}, "t:2: in function <t:1>"},
		{"a daemon", "task.daemon(function() sleep(99) end) sleep(0) ready()\nsleep(99)", []string{"task 1 'main': sleep at t:2", "task 2 't:1': sleep at t:1"}, "t:2: in main chunk"},
		{"a function in Go", "spawn(sleep, 99) sleep(0) ready()\nsleep(99)", []string{"task 1 'main': sleep at t:2", "task 2 'sleep': sleep, spawned at t:1"}, "t:2: in main chunk"},
		{"a coroutine", "local co = coroutine.wrap(function()\n\tready() sleep(99)\nend)\nco()", []string{"task 1 'main': sleep at t:2"}, "t:2: in function <t:1>"},
		{"computing", "ready()\nwhile true do end", []string{"task 1 'main': running at t:2"}, "t:2: in main chunk"},
		{"long names", "local t = spawn(sleep, 99) t:name(('x'):rep(1e6)) sleep(0) ready()\nsleep(99)",
			[]string{"task 1 'main': sleep at t:2", "task 2 '" + strings.Repeat("x", 60) + "...': sleep, spawned at t:1"}, "t:2: in main chunk"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			ctx, cancel := context.WithCancelCause(context.Background())
			defer cancel(nil)
			rt := newRuntime(t, interp.WithFunc("ready", func(c *interp.Call) error {
				c.Runtime().Post(func() { cancel(errEnough) }) // once the task waits, or has computed for long
				return nil
			}))
			_, err := rt.RunString(ctx, "=t", tt.src)
			var e *interp.Error
			if !errors.As(err, &e) || !errors.Is(err, interp.ErrCancelled) || !errors.Is(err, errEnough) || e.Error() != "cancelled: enough" {
				t.Fatalf("got %v", err)
			}
			where := e.Where()
			if len(where) > 21 || tt.name == "many places" && len(where) != 21 {
				t.Errorf("%d lines", len(where))
			}
			if tt.name == "many places" {
				where = []string{where[0], where[1], where[20]}
			}
			if fmt.Sprintf("%q", where) != fmt.Sprintf("%q", tt.where) {
				t.Errorf("they were\n%s\nwant\n%s", strings.Join(where, "\n"), strings.Join(tt.where, "\n"))
			}
			innermost := ""
			for _, f := range e.Frames {
				if f.Line > 0 {
					innermost = f.String()
					break
				}
			}
			if trace := e.Traceback(); innermost != tt.frames || !strings.Contains(trace, tt.frames) || len(tt.where) > 1 && !strings.Contains(trace, "\t"+tt.where[1]) {
				t.Errorf("innermost %q, want %q; traceback\n%s", innermost, tt.frames, trace)
			}
		})
	}
}

// lapsing is a context whose deadline passes when lapse is called.
type lapsing struct {
	context.Context
	passed chan struct{}
}

func (l *lapsing) lapse()                { close(l.passed) }
func (l *lapsing) Done() <-chan struct{} { return l.passed }
func (l *lapsing) Err() error {
	select {
	case <-l.passed:
		return context.DeadlineExceeded
	default:
		return nil
	}
}

// So does a deadline of the host's, a limit of time while all wait, and where several runs are under way each says it of its own.
func TestWhereTheTasksOfARunWere(t *testing.T) {
	ended, waiting := make(chan error), 0
	ctxs := map[string]*lapsing{}
	for _, name := range []string{"a", "b"} {
		ctxs[name] = &lapsing{t.Context(), make(chan struct{})}
	}
	rt := newRuntime(t, interp.WithFunc("ready", func(c *interp.Call) error {
		c.Runtime().Post(func() { // once the task waits
			if waiting++; waiting == len(ctxs) {
				for _, ctx := range ctxs {
					ctx.lapse()
				}
			}
		})
		return nil
	}))
	for name, ctx := range ctxs {
		go func() {
			_, err := rt.RunString(ctx, "="+name, "spawn(function() sleep(99) end)\nsleep(0) ready() sleep(99)")
			ended <- err
		}()
	}
	for range 2 {
		err := <-ended
		var e *interp.Error
		if !errors.As(err, &e) || !errors.Is(err, interp.ErrTimeout) || !errors.Is(err, context.DeadlineExceeded) || len(e.Where()) != 2 || len(e.Frames) == 0 {
			t.Fatalf("got %v", err)
		}
		for i, line := range []string{"sleep at %s:2", "sleep at %s:1"} {
			if want := fmt.Sprintf(line, e.Frames[1].Source); !strings.HasSuffix(e.Where()[i], want) {
				t.Errorf("it was %s, want %s", e.Where()[i], want)
			}
		}
	}
	var e *interp.Error
	waits := false
	for limit := 100 * time.Millisecond; !waits && limit < time.Minute; limit *= 4 { // a busy machine does not come to the wait in a short one
		limited, err := interp.New(builtins.Safe(), interp.WithLimits(interp.Limits{Time: limit}), interp.WithFunc("waits", func() { waits = true }))
		if err != nil {
			t.Fatal(err)
		}
		defer limited.Close()
		_, err = limited.RunString(context.Background(), "=t", "waits() sleep(99)")
		if !errors.As(err, &e) || !errors.Is(err, interp.ErrLimit) {
			t.Fatalf("got %v", err)
		}
	}
	if len(e.Where()) != 1 || !strings.HasSuffix(e.Where()[0], "sleep at t:1") {
		t.Errorf("it was %q", e.Where())
	}
}

// Names are what scripts were given from outside: a list of tasks shows none that moves a cursor or begins a line.
func TestNamesAreShownPlain(t *testing.T) {
	_, errw, err := runScript(t, `
		local l = sync.lock { name = "lo\27[2Jck\nfirst" }
		spawn(function() l:acquire() end):name("own\27er")
		sleep(0)
		spawn(function() error("bad", 0) end):name("fails\27[2J\nhere")
		task.map({ "a\27[31mred", "two\nlines" }, function() sync.event { name = "e\27" } :wait() end)`, interp.WithVirtualTime())
	if err == nil {
		t.Fatal("no deadlock")
	}
	told := errw + err.Error()
	for _, want := range []string{"'own?er' ended while it held lock 'lo?[2Jck?first'", "task 'fails?[2J?here' failed: bad", "'a?[31mred'", "'two?lines'", "event 'e?'"} {
		if !strings.Contains(told, want) {
			t.Errorf("no %q in\n%q", want, told)
		}
	}
	if strings.Contains(told, "\x1b") {
		t.Errorf("an escape sequence is in %q", told)
	}
}
