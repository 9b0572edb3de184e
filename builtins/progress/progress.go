// Package progress is the table progress: bars that say how much is done, below what is printed.
package progress

import (
	_ "embed"
	"math"

	"github.com/lull-lua/lull/builtins/internal/bar"
	"github.com/lull-lua/lull/interp"
)

//go:embed progress.lua
var stub string

// Module is the table progress.
func Module() interp.Module {
	return interp.Module{
		Name:  "progress",
		Stub:  stub,
		Types: []interp.Type{barType},
		Defs: []interp.Def{
			{Name: "bar", Fn: newBar},
			{Name: "each", Fn: each},
		},
	}
}

var barType = interp.Type{
	Name:   "bar",
	Of:     (*bar.Bar)(nil),
	String: func(v any) string { return v.(*bar.Bar).String() },
	Methods: []interp.Def{
		{Name: "add", Fn: add},
		{Name: "set", Fn: set},
		{Name: "total", Fn: total},
		{Name: "label", Fn: label},
		{Name: "close", Fn: closeBar},
	},
}

// newBar is progress.bar([opts]).
func newBar(c *interp.Call) error {
	b, err := read(c, 1, bar.Unknown)
	if err != nil {
		return err
	}
	return c.Return(b)
}

// read makes a bar as the options in the i-th argument say.
func read(c *interp.Call, i int, total float64) (*bar.Bar, error) {
	var label, unit string
	var of interp.Value
	if err := c.Options(i, map[string]any{"total": &of, "label": &label, "unit": &unit}); err != nil {
		return nil, err
	}
	if !of.IsNil() {
		n, ok := of.Number()
		if !ok || !amount(n) {
			return nil, c.ArgError(i, "option 'total': a number of things expected, 0 or more, got "+of.String())
		}
		total = n
	}
	return bar.New(c, label, unit, total)
}

// amount reports whether a number is one of things that are done or to be done.
func amount(n float64) bool { return n >= 0 && !math.IsInf(n, 0) }

// add is b:add([n]).
func add(c *interp.Call) error {
	b, n := interp.Self[*bar.Bar](c), 1.0
	if !c.Arg(1).IsNil() {
		var err error
		if n, err = c.Number(1); err != nil {
			return err
		}
	}
	if !amount(b.Done() + n) {
		return c.ArgError(1, "what is done would not be 0 or more")
	}
	b.Add(n)
	return nil
}

// set is b:set(n).
func set(c *interp.Call) error {
	n, err := argument(c)
	if err != nil {
		return err
	}
	interp.Self[*bar.Bar](c).Set(n)
	return nil
}

// total is b:total(n).
func total(c *interp.Call) error {
	n, err := argument(c)
	if err != nil {
		return err
	}
	interp.Self[*bar.Bar](c).SetTotal(n)
	return nil
}

// argument is the first one, a number of things.
func argument(c *interp.Call) (float64, error) {
	n, err := c.Number(1)
	if err == nil && !amount(n) {
		err = c.ArgError(1, "it must be 0 or more")
	}
	return n, err
}

// label is b:label(s).
func label(c *interp.Call) error {
	s, err := c.Text(1)
	if err != nil {
		return err
	}
	interp.Self[*bar.Bar](c).SetLabel(s)
	return nil
}

// closeBar is b:close().
func closeBar(c *interp.Call) error {
	interp.Self[*bar.Bar](c).Close()
	return nil
}

// each is progress.each(list [, opts]): an iterator over index and item.
func each(c *interp.Call) error {
	items, err := c.List(1, nil)
	if err != nil {
		return err
	}
	b, err := read(c, 2, float64(len(items)))
	if err != nil {
		return err
	}
	i := 0
	handle, err := c.Value(b)
	if err != nil {
		return err
	}
	next := c.NewFunction("progress.each", func(c *interp.Call) error {
		if i > 0 && i <= len(items) {
			b.Set(float64(i))
		}
		if i++; i > len(items) {
			b.Close()
			return c.Return(nil)
		}
		return c.Return(float64(i), items[i-1])
	}, handle, c.Arg(1))
	return c.Return(next)
}
