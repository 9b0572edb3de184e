package interp_test

import (
	"context"
	"testing"

	"github.com/lull-lua/lull/interp"
)

// BenchmarkBuiltin is what a call of a host's function costs: the difference to the empty loop.
func BenchmarkBuiltin(b *testing.B) {
	rt, err := interp.New(interp.WithModule(interp.Module{Defs: []interp.Def{
		{Name: "nothing", Fn: func(*interp.Call) error { return nil }},
		{Name: "add", Fn: func(c *interp.Call) error {
			x, err := c.Number(1)
			if err != nil {
				return err
			}
			y, err := c.Number(2)
			if err != nil {
				return err
			}
			return c.Return(x + y)
		}},
	}}))
	if err != nil {
		b.Fatal(err)
	}
	defer rt.Close()
	for name, src := range map[string]string{
		"loop": `for i = 1, ... do end`, "nothing": `local f = nothing for i = 1, ... do f() end`, "add": `local f = add for i = 1, ... do f(i, 1) end`,
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			if _, err := rt.RunString(context.Background(), "=b", src, b.N); err != nil {
				b.Fatal(err)
			}
		})
	}
}
