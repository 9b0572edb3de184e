package interp_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/lull-lua/lull/interp"
)

// kept is what a builtin of these tests keeps for a runtime.
type kept struct {
	n      int
	closed *int
	err    error
}

func (k *kept) Close() error {
	if k.closed != nil {
		*k.closed++
	}
	return k.err
}

// What a builtin keeps is each runtime's own, the same in all of its runs, and is closed once, with the runtime, which tells the error.
func TestLocal(t *testing.T) {
	closed := 0
	count := interp.WithModule(interp.Module{Defs: []interp.Def{{Name: "count", Fn: func(c *interp.Call) error {
		k := interp.Local[kept](c)
		k.n++
		k.closed, k.err = &closed, errors.New("a full disk")
		return c.Return(k.n)
	}}}})
	var rts []*interp.Runtime
	for range 2 {
		rt, err := interp.New(count)
		if err != nil {
			t.Fatal(err)
		}
		rts = append(rts, rt)
	}
	for i, want := range []float64{1, 1, 2, 2} {
		vals, err := rts[i%2].RunString(t.Context(), "=t", "return count()")
		if n, _ := vals.Get(1).Number(); err != nil || n != want {
			t.Errorf("call %d: %v, %v, want %v", i, n, err, want)
		}
	}
	for i, rt := range rts {
		if err := rt.Close(); err == nil || !strings.Contains(err.Error(), "a full disk") {
			t.Errorf("Close: %v", err)
		}
		if err := rt.Close(); err != nil || closed != i+1 {
			t.Errorf("closed %d times, %v", closed, err)
		}
	}
}

// A Close that panics takes nothing down.
func TestLocalPanics(t *testing.T) {
	rt, err := interp.New(interp.WithModule(interp.Module{Defs: []interp.Def{{Name: "keep", Fn: func(c *interp.Call) error {
		interp.Local[panics](c)
		return nil
	}}}}))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := rt.RunString(t.Context(), "=t", "keep()"); err != nil {
		t.Fatal(err)
	}
	if err := rt.Close(); err == nil || !strings.Contains(err.Error(), "Close of a Local") {
		t.Errorf("Close: %v", err)
	}
}

type panics struct{}

func (*panics) Close() error { panic("broken") }

// What a builtin writes to standard error comes behind what was printed before it.
func TestStderr(t *testing.T) {
	var both bytes.Buffer
	rt, err := interp.New(interp.WithStdio(nil, &both, &both), interp.WithModule(interp.Module{Defs: []interp.Def{{Name: "tell", Fn: func(c *interp.Call) error {
		_, err := c.Stderr().Write([]byte("told\n"))
		return err
	}}}}))
	if err != nil {
		t.Fatal(err)
	}
	defer rt.Close()
	if _, err := rt.RunString(t.Context(), "=t", `print("one") tell() print("two")`); err != nil {
		t.Fatal(err)
	}
	if got := both.String(); got != "one\ntold\ntwo\n" {
		t.Errorf("%q", got)
	}
}
