// Package csv is the table csv: rows of comma-separated values (RFC 4180) read one by one, in flat memory, or all at once, and written.
package csv

import (
	_ "embed"
	"fmt"
	"io"
	"slices"

	"github.com/lull-lua/lull/builtins/internal/data"
	"github.com/lull-lua/lull/builtins/internal/stream"
	"github.com/lull-lua/lull/interp"
)

//go:embed csv.lua
var stub string

// Module is the table csv.
func Module() interp.Module {
	return interp.Module{
		Name: "csv",
		Stub: stub,
		Defs: []interp.Def{
			{Name: "rows", Fn: readRows, Outside: true},
			{Name: "decode", Fn: decode},
			{Name: "encode", Fn: encode},
			{Name: "writer", Fn: newWriter, Outside: true},
		},
		Types: []interp.Type{writerType},
	}
}

var writerType = interp.Type{
	Name: "csv.writer",
	Of:   (*writer)(nil),
	Methods: []interp.Def{
		{Name: "write", Fn: write},
		{Name: "close", Fn: closeWriter},
	},
}

// newRows is a reader with the options of the second argument.
func newRows(c *interp.Call, op string) (*rows, error) {
	r := &rows{scanner: scanner{op: op, line: 1, dialect: dialect{separator: ',', quote: '"'}}}
	var header, separator, quote, comment interp.Value
	if err := c.Options(2, map[string]any{
		"header": &header, "separator": &separator, "quote": &quote, "comment": &comment,
		"trim": &r.trim, "ragged": &r.ragged, "lazy": &r.lazy,
	}); err != nil {
		return nil, err
	}
	for _, o := range []struct {
		name string
		v    interp.Value
		to   *byte
		none bool // false means none
	}{
		{"separator", separator, &r.separator, false},
		{"quote", quote, &r.quote, true},
		{"comment", comment, &r.comment, true},
	} {
		if err := character(c, o.name, o.v, o.to, o.none); err != nil {
			return nil, err
		}
	}
	if r.separator == r.quote || r.comment != 0 && (r.comment == r.separator || r.comment == r.quote) {
		return nil, c.ArgError(2, "options 'separator', 'quote' and 'comment' must differ")
	}
	switch t, ok := header.Table(); {
	case header.IsNil():
		r.header = true
	case header.Type() == "boolean":
		r.header = header.Truth()
	case !ok:
		return nil, c.ArgError(2, "option 'header': boolean or list of names expected, got "+data.TypeOf(header))
	default:
		names, err := columns(c, "header", t)
		if err != nil {
			return nil, err
		}
		r.width = len(names)
		for i, n := range names {
			for j := range i {
				if names[j] == n {
					return nil, c.ArgError(2, fmt.Sprintf("option 'header': the name %q is there twice", cut(n)))
				}
			}
			v, err := c.Value(n)
			if err != nil {
				return nil, err
			}
			r.names = append(r.names, v)
		}
	}
	return r, nil
}

// character reads an option that is one character of ASCII.
func character(c *interp.Call, name string, v interp.Value, to *byte, none bool) error {
	if v.IsNil() {
		return nil
	}
	if none && v.Type() == "boolean" && !v.Truth() {
		*to = 0
		return nil
	}
	s, ok := v.Text()
	if !ok {
		return c.ArgError(2, fmt.Sprintf("option '%s': string expected, got %s", name, data.TypeOf(v)))
	}
	if len(s) != 1 || s[0] >= 0x80 || s[0] == '\n' || s[0] == '\r' || s[0] == 0 {
		return c.ArgError(2, fmt.Sprintf("option '%s': one character of ASCII expected, got %q", name, cut(s)))
	}
	*to = s[0]
	return nil
}

// columns reads an option that is a list of names.
func columns(c *interp.Call, name string, t interp.Table) ([]string, error) {
	n := t.Len()
	if n == 0 {
		return nil, c.ArgError(2, fmt.Sprintf("option '%s': a list of names expected, got an empty table", name))
	}
	names := make([]string, 0, n)
	for i := 1; i <= n; i++ {
		s, ok := t.Index(i).Text()
		if !ok {
			return nil, c.ArgError(2, fmt.Sprintf("option '%s': name %d is a %s", name, i, data.TypeOf(t.Index(i))))
		}
		names = append(names, s)
	}
	return names, nil
}

// readRows is csv.rows(source [, opts]).
func readRows(c *interp.Call) error {
	r, err := newRows(c, "csv.rows")
	if err != nil {
		return err
	}
	if err := c.Checkpoint(); err != nil {
		return err
	}
	src, err := stream.NewSource(c, "csv.rows", 1)
	if err != nil {
		return err
	}
	it := &iterator{rows: *r, src: src}
	it.path = src.Path()
	var held []interp.Value
	it.Contents(func(v interp.Value) { held = append(held, v) })
	return c.Return(c.NewFunction("csv.rows", it.next, held...))
}

// decode is csv.decode(s [, opts]).
func decode(c *interp.Call) error {
	s, err := c.Text(1)
	if err != nil {
		return err
	}
	r, err := newRows(c, "csv.decode")
	if err != nil {
		return err
	}
	var list interp.Table
	err = c.Compute(len(s), interp.LargeInput, func(w *interp.Work) error {
		var all []interp.Value
		if err := w.Take(len(s)); err != nil {
			return err
		}
		r.buf, r.last, r.room = []byte(s), true, w.Take
		for {
			t, err := r.next(w)
			if err == io.EOF {
				list = w.List(all)
				return nil
			}
			if err != nil {
				return err
			}
			all = append(all, t.Value())
			if err := w.Did(int(r.offset-r.at.offset) + 16); err != nil {
				return err
			}
		}
	})
	if err != nil {
		return err
	}
	return c.Return(list)
}

// newFormat reads the options of csv.encode and csv.writer.
func newFormat(c *interp.Call) (f format, err error) {
	f = format{separator: ',', header: true}
	var separator, names interp.Value
	if err := c.Options(2, map[string]any{
		"columns": &names, "header": &f.header, "separator": &separator, "crlf": &f.crlf, "bom": &f.bom, "quote_all": &f.quoteAll,
	}); err != nil {
		return f, err
	}
	if err := character(c, "separator", separator, &f.separator, false); err != nil {
		return f, err
	}
	if f.separator == '"' {
		return f, c.ArgError(2, "option 'separator' is the quote")
	}
	if t, ok := names.Table(); ok {
		f.columns, err = columns(c, "columns", t)
	} else if !names.IsNil() {
		err = c.ArgError(2, "option 'columns': table expected, got "+data.TypeOf(names))
	}
	return f, err
}

// encode is csv.encode(rows [, opts]).
func encode(c *interp.Call) error {
	t, ok := c.Arg(1).Table()
	if !ok {
		return c.ArgError(1, "table expected, got "+data.TypeOf(c.Arg(1)))
	}
	f, err := newFormat(c)
	if err != nil {
		return err
	}
	n, list, _, err := data.ListLen(t)
	if err == nil && !list {
		for k := range t.All() {
			return c.ArgError(1, "a list of rows expected, got a table with the key "+k.String())
		}
	}
	var out []byte
	for i := 1; i <= n && err == nil; i++ {
		row, ok := t.Index(i).Table()
		if !ok {
			err = data.AtIndex(data.Cannot("%s as a row", data.TypeOf(t.Index(i))), i)
			break
		}
		if out, err = f.row(c, out, row); err != nil {
			err = data.AtIndex(err, i)
			break
		}
		err = f.meter.Wrote(c, len(out))
	}
	if err == nil {
		err = f.meter.Ends(c, len(out))
	}
	if u, ok := err.(*data.Unreadable); ok {
		return interp.Errorf(interp.KindError, "csv.encode: %w", u)
	}
	if err != nil {
		return err
	}
	if !f.begun {
		out = f.begin(out)
	}
	return c.Return(c.Adopt(slices.Clip(out)))
}

// newWriter is csv.writer(sink [, opts]).
func newWriter(c *interp.Call) error {
	f, err := newFormat(c)
	if err != nil {
		return err
	}
	if err := c.Checkpoint(); err != nil {
		return err
	}
	sink, err := stream.NewSink(c, "csv.writer", 1)
	if err != nil {
		return err
	}
	return c.Return(&writer{format: f, sink: sink})
}
