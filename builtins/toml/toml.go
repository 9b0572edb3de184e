// Package toml is the table toml: TOML 1.0 as tables, and back. The reader is its own: it keeps the order of names, dates as they are
// written, and the digits of numbers, which libraries give away.
package toml

import (
	_ "embed"
	"slices"

	"github.com/lull-lua/lull/builtins/internal/data"
	"github.com/lull-lua/lull/interp"
)

//go:embed toml.lua
var stub string

// Module is the table toml.
func Module() interp.Module {
	return interp.Module{
		Name: "toml",
		Stub: stub,
		Defs: []interp.Def{
			{Name: "decode", Fn: decode},
			{Name: "encode", Fn: encode},
		},
		Types: []interp.Type{data.NullType, data.NumberType},
	}
}

// decode is toml.decode(s [, opts]).
func decode(c *interp.Call) error {
	s, err := c.Text(1)
	if err != nil {
		return err
	}
	numbers := ""
	if err := c.Options(2, map[string]any{"numbers": &numbers}); err != nil {
		return err
	}
	how := data.Numbers(numbers)
	if !how.Valid() {
		return c.ArgError(2, `option 'numbers': "double", "string" or "exact" expected, got "`+numbers+`"`)
	}
	objects, err := data.NewObjects(c)
	if err != nil {
		return err
	}
	var v interp.Value
	err = c.Compute(len(s), interp.LargeInput, func(w *interp.Work) (err error) {
		d := decoder{s: s, w: w, numbers: how, Objects: objects}
		v, err = d.decode()
		return err
	})
	if err != nil {
		return err
	}
	return c.Return(v)
}

// encode is toml.encode(t [, opts]).
func encode(c *interp.Call) error {
	t, ok := c.Arg(1).Table()
	if !ok {
		return c.ArgError(1, "table expected, got "+data.TypeOf(c.Arg(1)))
	}
	e := encoder{c: c}
	if err := c.Options(2, map[string]any{"sort": &e.sort}); err != nil {
		return err
	}
	_, isList, _, err := data.ListLen(t)
	if err == nil && isList {
		err = data.Cannot("a list: the top of TOML is a table with names")
	}
	if err == nil {
		err = e.body(t, "")
	}
	if u, ok := err.(*data.Unreadable); ok {
		return interp.Errorf(interp.KindError, "toml.encode: %w", u)
	}
	if err != nil {
		return err
	}
	if err := c.Room(len(e.out)); err != nil {
		return err
	}
	return c.Return(c.Adopt(slices.Clip(e.out)))
}
