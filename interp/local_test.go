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

// A builtin's state is each runtime's own, the same in all of its runs, and is closed once, with the runtime, which tells the error.
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

// A builtin's line on standard error comes behind what was printed before it.
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

// reading is an object with a field and a method.
type reading struct{ degrees float64 }

// Scripts read the fields of an object beside its methods, and set neither.
func TestTypeField(t *testing.T) {
	rt, err := interp.New(interp.WithModule(interp.Module{
		Defs: []interp.Def{{Name: "measure", Fn: func(c *interp.Call) error { return c.Return(&reading{21.5}) }}},
		Types: []interp.Type{{
			Name: "reading",
			Of:   (*reading)(nil),
			Methods: []interp.Def{{Name: "twice", Fn: func(c *interp.Call) error {
				return c.Return(2 * interp.Self[*reading](c).degrees)
			}}},
			Field: func(v any, name string) any {
				if name == "degrees" {
					return v.(*reading).degrees
				}
				return nil
			},
		}},
	}))
	if err != nil {
		t.Fatal(err)
	}
	defer rt.Close()
	vals, err := rt.RunString(t.Context(), "=t", `
		local r = measure()
		local set = pcall(function() r.degrees = 5 end)
		local over, whyOver = pcall(function() r.twice = 5 end)
		return r.degrees, r:twice(), r.nothing, r[1], set, over, whyOver`)
	if err != nil {
		t.Fatal(err)
	}
	got := ""
	for i := range vals {
		got += vals.Get(i+1).String() + " "
	}
	if want := "21.5 43 nil nil false false t:4: 'twice' of a reading cannot be set, it is a method: reading:twice(...) "; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	if fn, ok := vals.Get(1).Method("twice"); ok {
		t.Errorf("a number has the method %v", fn)
	}
	r, err := rt.RunString(t.Context(), "=t", `return measure()`)
	if err != nil {
		t.Fatal(err)
	}
	if _, ok := r.Get(1).Method("twice"); !ok {
		t.Error("Method does not find the method")
	}
	if _, ok := r.Get(1).Method("degrees"); ok {
		t.Error("Method takes a field for a method")
	}
}

// pile is an object that takes more than its type says.
type pile struct{ of []byte }

func (p *pile) MemorySize() int { return len(p.of) }

// An object's own count of its bytes counts as memory, while a script holds it.
func TestSized(t *testing.T) {
	rt, err := interp.New(interp.WithLimits(interp.Limits{Memory: 10 << 20}), interp.WithModule(interp.Module{
		Defs:  []interp.Def{{Name: "pile", Fn: func(c *interp.Call) error { return c.Return(&pile{make([]byte, 1<<20)}) }}},
		Types: []interp.Type{{Name: "pile", Of: (*pile)(nil)}},
	}))
	if err != nil {
		t.Fatal(err)
	}
	defer rt.Close()
	if _, err := rt.RunString(t.Context(), "=t", `for i = 1, 1000 do local p = pile() local s = ("x"):rep(1e5) end`); err != nil {
		t.Errorf("nothing is held: %v", err)
	}
	_, err = rt.RunString(t.Context(), "=t", `local held = {} for i = 1, 1000 do held[i] = pile() local s = ("x"):rep(1e5) end`)
	if !errors.Is(err, interp.ErrLimit) {
		t.Errorf("%v", err)
	}
}
