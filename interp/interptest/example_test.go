package interptest_test

import (
	"testing"
	"time"

	"github.com/lull-lua/lull/builtins"
	"github.com/lull-lua/lull/builtins/sync"
	"github.com/lull-lua/lull/interp"
	"github.com/lull-lua/lull/interp/interptest"
)

// A builtin that waits is tested in virtual time.
func ExampleNew() {
	_ = func(t *testing.T) { // func TestTwice(t *testing.T)
		twice := interp.WithModule(interp.Module{Defs: []interp.Def{{Name: "twice", Fn: func(c *interp.Call) error {
			if err := c.Sleep(time.Hour); err != nil {
				return err
			}
			n, err := c.Number(1)
			if err != nil {
				return err
			}
			return c.Return(2 * n)
		}}}})
		rt := interptest.New(t, builtins.Std(), twice)
		rt.Check(`print(twice(21), now())`, "42\t3600\n")
		rt.CheckError(`twice("x")`, "number expected, got string")
	}
}

// A test that moves the clock itself, and looks at what is between two moments.
func ExampleNewManual() {
	_ = func(t *testing.T) { // func TestReminder(t *testing.T)
		rt := interptest.NewManual(t, builtins.Std())
		s := rt.Start(`sleep(60) print("tea")`)
		rt.Clock.Advance(59 * time.Second)
		if out := rt.Output(); out != "" {
			t.Errorf("too early: %q", out)
		}
		rt.Clock.Advance(time.Second)
		if _, err := s.Result(); err != nil || rt.Output() != "tea\n" {
			t.Error(err)
		}
	}
}

// A test that brings what a script waits for.
func ExampleRuntime_WaitBlocked() {
	_ = func(t *testing.T) { // func TestConsumer(t *testing.T)
		rt := interptest.New(t, builtins.Std())
		q := sync.NewQueue(rt.Runtime, 0)
		s := rt.Start(`for item in (...):items() do print(item) end`, q)
		rt.WaitBlocked() // the script waits for its first item
		if err := q.Put(t.Context(), "an item"); err != nil {
			t.Error(err)
		}
		q.Close()
		if _, err := s.Result(); err != nil || rt.Output() != "an item\n" {
			t.Error(err)
		}
	}
}
