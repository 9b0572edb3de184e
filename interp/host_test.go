package interp_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/lull-lua/lull/builtins"
	"github.com/lull-lua/lull/builtins/sync"
	"github.com/lull-lua/lull/interp"
	"github.com/lull-lua/lull/interp/interptest"
)

type traceKey struct{}

// The values of a run's context reach its builtins, in every task of it, off the loop as well.
func TestContextValues(t *testing.T) {
	rt := interptest.New(t, builtins.Std(),
		interp.WithAsync("trace", func(ctx context.Context) any { return ctx.Value(traceKey{}) }),
		interp.WithModule(interp.Module{Defs: []interp.Def{{Name: "trace_here", Fn: func(c *interp.Call) error {
			return c.Return(c.Context().Value(traceKey{}))
		}}}}))
	for _, id := range []string{"a", "b"} {
		ctx := context.WithValue(t.Context(), traceKey{}, id)
		if _, err := rt.RunString(ctx, "=t", `print(gather(trace, trace_here, function() return shield(trace) end))`); err != nil {
			t.Error(err)
		}
		if want := id + "\t" + id + "\t" + id + "\n"; rt.Output() != want {
			t.Errorf("not %q", want)
		}
	}
}

// Thousands of calls off the loop at once; those that are cancelled have their contexts cancelled, and none is left.
func TestThousandsOffTheLoop(t *testing.T) {
	const calls = 5000
	gone := make(chan struct{}, calls)
	rt := interptest.New(t, builtins.Std(), interp.WithAsync("hang", func(ctx context.Context) error {
		<-ctx.Done()
		gone <- struct{}{}
		return ctx.Err()
	}))
	s := rt.Start(`
		local list = {}
		for i = 1, ... do list[i] = hang end
		print(pcall(wait_for, function() gather(list) end, 1))`, calls)
	for rt.Stats().Calls < calls {
		time.Sleep(time.Millisecond)
	}
	s.Cancel() // virtual time stands still while anything is under way: the host gives up
	if _, err := s.Result(); !errors.Is(err, interp.ErrCancelled) {
		t.Error(err)
	}
	if err := rt.Close(); err != nil { // waits for them
		t.Error(err)
	}
	if len(gone) == 0 {
		t.Error("no context was cancelled")
	}
}

// A handle that Go holds of a runtime stays of use, or says that it is closed.
func TestAfterClose(t *testing.T) {
	var fn *interp.Function
	var handle *interp.Handle
	rt, err := interp.New(builtins.Std(),
		interp.WithFunc("give", func(f *interp.Function, h *interp.Handle) { fn, handle = f, h }))
	if err != nil {
		t.Fatal(err)
	}
	ctx := t.Context()
	p, err := interp.Compile("=t", []byte(`local t = task.daemon(function() sleep(1000) end) give(print, t)`))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := rt.Run(ctx, p); err != nil {
		t.Fatal(err)
	}
	q := sync.NewQueue(rt, 0)
	if err := rt.Close(); err != nil {
		t.Error(err)
	}
	<-handle.Done()
	for name, call := range map[string]func() error{
		"Run":           func() error { _, err := rt.Run(ctx, p); return err },
		"RunString":     func() error { _, err := rt.RunString(ctx, "=t", ""); return err },
		"Call":          func() error { _, err := rt.Call(ctx, "print"); return err },
		"RunFunc":       func() error { _, err := rt.RunFunc(ctx, "f", func(*interp.Call) error { return nil }); return err },
		"Function.Call": func() error { _, err := fn.Call(ctx); return err },
		"Handle.Wait":   func() error { _, err := handle.Wait(ctx); return err },
		"Queue.Get":     func() error { _, err := q.Get(ctx); return err },
	} {
		if err := call(); !errors.Is(err, interp.ErrClosed) {
			t.Errorf("%s: %v", name, err)
		}
	}
	handle.Cancel("late")
	rt.Post(func() {})
	rt.Hold()()
	q.Close()
	if err := rt.Close(); err != nil {
		t.Error(err)
	}
}

// A value that belongs to one runtime is refused by another: both would touch it, each on its own loop.
func TestForeignValues(t *testing.T) {
	var fn *interp.Function
	var task *interp.Handle
	a, err := interp.New(builtins.Std(), interp.WithFunc("give", func(f *interp.Function, h *interp.Handle) { fn, task = f, h }))
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	b, err := interp.New(builtins.Std())
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	ctx := context.Background()
	vals, err := a.RunString(ctx, "=a", `give(print, task.daemon(sleep, math.huge)) return {1}, print, "text", 1, coroutine.create(print), io.stdout`)
	if err != nil {
		t.Fatal(err)
	}
	q := sync.NewQueue(a, 0)
	defer q.Close()
	for what, v := range map[string]any{
		"table": vals.Get(1), "function": vals.Get(2), "thread": vals.Get(5), "userdata": vals.Get(6),
		"a function": fn, "a task": task, "queue": q, "table in a list": []any{vals.Get(1)},
	} {
		if _, err := b.RunString(ctx, "=b", `return ...`, v); err == nil || !strings.Contains(err.Error(), "belongs to another runtime") {
			t.Errorf("%s: %v", what, err)
		}
	}
	got, err := b.RunString(ctx, "=b", `return ...`, vals.Get(3), vals.Get(4))
	if err != nil || got.Get(1).String() != "text" || got.Get(2).String() != "1" {
		t.Errorf("a text and a number: %v, %v", got, err)
	}
}
