// Package json is the table json: values as JSON text (RFC 8259), and back. Lists stay lists, also when they are empty, integers keep
// their digits, names their order; what is wrong with a text is said with its place.
//
// Module json also brings what require "cjson" and "cjson.safe" return, for published Lua code that asks for lua-cjson.
package json

import (
	_ "embed"
	"errors"
	"math"
	"strings"

	"github.com/lull-lua/lull/builtins/internal/data"
	"github.com/lull-lua/lull/builtins/internal/jsontext"
	"github.com/lull-lua/lull/interp"
)

//go:embed json.lua
var stub string

// Module is the table json.
func Module() interp.Module {
	return interp.Module{
		Name: "json",
		Stub: stub,
		Defs: []interp.Def{
			{Name: "decode", Fn: decode},
			{Name: "encode", Fn: encode},
			{Name: "array", Fn: array},
			{Name: "is_array", Fn: isArray},
			{Name: "number", Fn: number},
			{Name: "null", Value: data.Null},
		},
		Types: []interp.Type{data.NullType, data.NumberType, emptyArrayType},
	}
}

// decode is json.decode(s [, opts]).
func decode(c *interp.Call) error {
	s, err := c.Text(1)
	if err != nil {
		return err
	}
	var o jsontext.Options
	numbers := ""
	if err := c.Options(2, map[string]any{"nulls": &o.Nulls, "numbers": &numbers}); err != nil {
		return err
	}
	if o.Numbers = data.Numbers(numbers); !o.Numbers.Valid() {
		return c.ArgError(2, `option 'numbers': "double", "string" or "exact" expected, got "`+numbers+`"`)
	}
	v, err := jsontext.Decode(c, "json.decode", s, o)
	if err != nil {
		return err
	}
	return c.Return(v)
}

// encode is json.encode(value [, opts]).
func encode(c *interp.Call) error {
	if c.Len() == 0 {
		return c.ArgError(1, "value expected")
	}
	var as jsontext.Encoding
	var indent interp.Value
	if err := c.Options(2, map[string]any{"indent": &indent, "sort": &as.Sort}); err != nil {
		return err
	}
	if n, ok := indent.Number(); ok {
		if !(n >= 0 && n <= 16 && n == math.Trunc(n)) {
			return c.ArgError(2, "option 'indent': 0 to 16 spaces, or the string itself, expected, got "+indent.String())
		}
		as.Indent = strings.Repeat(" ", int(n))
	} else if s, ok := indent.Text(); ok {
		if strings.Trim(s, " \t") != "" || len(s) > 16 {
			return c.ArgError(2, "option 'indent': a string of at most 16 spaces and tabs expected")
		}
		as.Indent = s
	} else if !indent.IsNil() {
		return c.ArgError(2, "option 'indent': number or string expected, got "+indent.Type())
	}
	text, err := jsontext.Encode(c, c.Arg(1), as)
	if u := (*data.Unreadable)(nil); errors.As(err, &u) {
		return interp.Errorf(interp.KindError, "json.encode: %w", u)
	}
	if err != nil {
		return err
	}
	return c.Return(c.Adopt(text))
}

// array is json.array([t]).
func array(c *interp.Call) error {
	if c.Arg(1).IsNil() {
		t := c.NewTable(0)
		t.MarkList()
		return c.Return(t)
	}
	t, ok := c.Arg(1).Table()
	if !ok {
		return c.ArgError(1, "table expected, got "+data.TypeOf(c.Arg(1)))
	}
	if t.MarkList(); !t.IsList() {
		return c.ArgError(1, "the table has a metatable, and cannot be marked")
	}
	return c.Return(t)
}

// isArray is json.is_array(value).
func isArray(c *interp.Call) error {
	if c.Len() == 0 {
		return c.ArgError(1, "value expected")
	}
	t, ok := c.Arg(1).Table()
	return c.Return(ok && t.IsList())
}

// number is json.number(digits).
func number(c *interp.Call) error {
	if n, ok := c.Arg(1).Object().(*data.Number); ok {
		return c.Return(n)
	}
	s, err := c.Text(1)
	if err != nil {
		return err
	}
	if f, ok := c.Arg(1).Number(); ok && !math.IsInf(f, 0) {
		s = data.Format(f) // with all its digits
	}
	n, ok := data.NewNumber(s)
	if !ok {
		return c.ArgError(1, "the digits of a JSON number expected")
	}
	return c.Return(n)
}
