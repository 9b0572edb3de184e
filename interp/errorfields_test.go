package interp_test

import (
	"context"
	"errors"
	"testing"

	"github.com/lull-lua/lull/interp"
)

// A builtin's error value has fields of its own, for scripts and for Go.
func TestErrorFields(t *testing.T) {
	parse := interp.WithModule(interp.Module{Defs: []interp.Def{{Name: "parse", Fn: func(c *interp.Call) error {
		list := c.NewTable(1)
		list.SetIndex(1, interp.Number(7))
		return interp.Errorf(interp.KindParse, "no such word").With("line", 3).With("word", "x").With("list", list.Value())
	}}}})
	rt := newRuntime(t, parse)
	vals, err := rt.RunString(context.Background(), "=t", `
		local ok, e = pcall(parse)
		return e.kind, e.line, e.word, e.list[1], e.nothing, tostring(e)`)
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []string{"parse", "3", "x", "7", "nil", "t:2: no such word"} {
		if got := vals.Get(i + 1).String(); got != want {
			t.Errorf("value %d is %s, want %s", i+1, got, want)
		}
	}
	_, err = rt.RunString(context.Background(), "=t", `parse()`)
	var e *interp.Error
	if !errors.As(err, &e) || e.Field("line") != 3 || e.Field("nothing") != nil {
		t.Errorf("in Go: %v", err)
	}
	// Another runtime has those that are no table of the first one's.
	other := newRuntime(t, interp.WithFunc("raise", func() error { return e }))
	vals, err = other.RunString(context.Background(), "=t", `local ok, e = pcall(raise) return e.line, e.list`)
	if err != nil || vals.Get(1).String() != "3" || !vals.Get(2).IsNil() {
		t.Errorf("in another runtime: %v, %v", vals, err)
	}
}
