// Package yaml is the table yaml: YAML 1.2's core schema as tables, and back. go.yaml.in/yaml/v3 parses; what its nodes mean is decided
// here: `no` is a string.
package yaml

import (
	_ "embed"
	"math"
	"slices"

	"github.com/lull-lua/lull/builtins/internal/data"
	"github.com/lull-lua/lull/interp"
)

//go:embed yaml.lua
var stub string

// Module is the table yaml.
func Module() interp.Module {
	return interp.Module{
		Name: "yaml",
		Stub: stub,
		Defs: []interp.Def{
			{Name: "decode", Fn: decode},
			{Name: "encode", Fn: encode},
		},
		Types: []interp.Type{data.NullType, data.NumberType},
	}
}

// inPlace is how many bytes are decoded without leaving the loop: YAML takes ten times as long as other notations.
const inPlace = 64 << 10

// decode is yaml.decode(s [, opts]).
func decode(c *interp.Call) error {
	s, err := c.Text(1)
	if err != nil {
		return err
	}
	d := decoder{s: s}
	all, numbers := false, ""
	if err := c.Options(2, map[string]any{"all": &all, "nulls": &d.nulls, "numbers": &numbers}); err != nil {
		return err
	}
	if d.numbers = data.Numbers(numbers); !d.numbers.Valid() {
		return c.ArgError(2, `option 'numbers': "double", "string" or "exact" expected, got "`+numbers+`"`)
	}
	if d.Objects, err = data.NewObjects(c); err != nil {
		return err
	}
	var v interp.Value
	err = c.Compute(len(s), inPlace, func(w *interp.Work) error {
		d.w = w
		docs, err := d.documents(all)
		if err != nil {
			return err
		}
		if len(docs) > 0 {
			v = docs[0]
		}
		for i := range docs {
			if docs[i].IsNil() {
				docs[i] = d.Null
			}
		}
		switch {
		case all:
			v = w.List(docs).Value()
		case v.IsNil() && d.nulls && len(docs) > 0:
			v = d.Null
		}
		return nil
	})
	if err != nil {
		return err
	}
	return c.Return(v)
}

// encode is yaml.encode(value [, opts]).
func encode(c *interp.Call) error {
	if c.Len() == 0 {
		return c.ArgError(1, "value expected")
	}
	e := encoder{c: c}
	indent := 2.0
	if err := c.Options(2, map[string]any{"sort": &e.sort, "indent": &indent}); err != nil {
		return err
	}
	if !(indent >= 2 && indent <= 9 && indent == math.Trunc(indent)) {
		return c.ArgError(2, "option 'indent': 2 to 9 spaces expected, got "+data.Format(indent))
	}
	e.indent = int(indent)
	err := e.value(c.Arg(1), 0, false)
	if u, ok := err.(*data.Unreadable); ok {
		return interp.Errorf(interp.KindError, "yaml.encode: %w", u)
	}
	if err != nil {
		return err
	}
	e.out = append(e.out, '\n')
	if err := c.Room(len(e.out)); err != nil {
		return err
	}
	return c.Return(c.Adopt(slices.Clip(e.out)))
}
