package db

import (
	"context"
	"strings"
	"testing"

	"github.com/lull-lua/lull/interp"
)

// A panic in a database's goroutine is an error of the call that wanted the job, and the database goes on.
func TestPanic(t *testing.T) {
	rt, err := interp.New(interp.WithSystem(), interp.WithModule(Module()), interp.WithModule(interp.Module{Defs: []interp.Def{{Name: "breaks", Fn: func(c *interp.Call) error {
		d := c.Arg(1).Object().(*database)
		return d.turn(c, func(c *interp.Call) error {
			return d.do(c, func(context.Context) { panic("broken") })
		})
	}}}}))
	if err != nil {
		t.Fatal(err)
	}
	vals, err := rt.RunString(context.Background(), "=t", `
		local d = db.open(":memory:")
		local ok, err = pcall(breaks, d)
		return ok, err.kind, err.message, d:value("select 7")`)
	if err != nil || vals.Get(1).Truth() || vals.Get(2).String() != "panic" || !strings.Contains(vals.Get(3).String(), "broken") || vals.Get(4).String() != "7" {
		t.Errorf("%v, %v", vals, err)
	}
	if err := rt.Close(); err != nil {
		t.Error(err)
	}
}
