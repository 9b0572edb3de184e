package toml

import (
	"math"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/lull-lua/lull/builtins/internal/data"
	"github.com/lull-lua/lull/interp"
)

// encoder is one value under way.
type encoder struct {
	c     *interp.Call
	sort  bool
	out   []byte
	way   data.Way
	meter data.Meter
}

func (e *encoder) count() error { return e.meter.Wrote(e.c, len(e.out)) }

// field is a name and its value.
type field struct {
	name  string
	value interp.Value
}

// fields are what a table has to write: null is left out.
func (e *encoder) fields(t interp.Table) ([]field, error) {
	var all []field
	for k, v := range t.All() {
		name, err := data.Key(k)
		if err != nil {
			return nil, err
		}
		if !utf8.ValidString(name) {
			return nil, data.Cannot("a name that is no UTF-8 (%.60q)", name)
		}
		if !data.IsNull(v) {
			all = append(all, field{name, v})
		}
	}
	if e.sort {
		slices.SortFunc(all, func(a, b field) int { return strings.Compare(a.name, b.name) })
	}
	return all, e.c.Spend(32 * len(all))
}

// kind is how a value is written.
type kind byte

const (
	simple kind = iota // behind its key
	tables             // [[name]]
	single             // [name]
)

// kindOf tells how a value of the top, or of a table with a header, is written.
func kindOf(v interp.Value) (kind, error) {
	t, ok := v.Table()
	if !ok {
		return simple, nil
	}
	n, isList, _, err := data.ListLen(t)
	if err != nil {
		return simple, err
	}
	if !isList {
		return single, nil
	}
	for i := 1; i <= n; i++ { // as far as there are tables, whatever its n says
		item, ok := t.Index(i).Table()
		if !ok {
			return simple, nil
		}
		if _, inner, _, err := data.ListLen(item); err != nil || inner {
			return simple, nil // its error is told when it is written
		}
	}
	if n == 0 {
		return simple, nil
	}
	return tables, nil
}

// body writes the pairs of a table, then the tables in it; path is how headers name it.
func (e *encoder) body(t interp.Table, path string) error {
	if err := e.way.Enter(t, data.MaxDepth); err != nil {
		return err
	}
	defer func() { e.way = e.way[:len(e.way)-1] }()
	all, err := e.fields(t)
	if err != nil {
		return err
	}
	kinds := make([]kind, len(all))
	for i, f := range all {
		if kinds[i], err = kindOf(f.value); err != nil {
			return data.AtField(err, f.name)
		}
		if kinds[i] != simple {
			continue
		}
		e.out = append(appendKey(e.out, f.name), " = "...)
		if err := e.value(f.value); err != nil {
			return data.AtField(err, f.name)
		}
		e.out = append(e.out, '\n')
	}
	for i, f := range all {
		if kinds[i] == simple {
			continue
		}
		name := string(appendKey(nil, f.name))
		if path != "" {
			name = path + "." + name
		}
		sub, _ := f.value.Table()
		if kinds[i] == single {
			e.header("[", name, "]")
			if err := e.body(sub, name); err != nil {
				return data.AtField(err, f.name)
			}
			continue
		}
		if err := e.way.Enter(sub, data.MaxDepth); err != nil {
			return data.AtField(err, f.name)
		}
		for j := 1; j <= sub.Len(); j++ {
			item, _ := sub.Index(j).Table()
			e.header("[[", name, "]]")
			if err := e.body(item, name); err != nil {
				return data.AtField(data.AtIndex(err, j), f.name)
			}
		}
		e.way = e.way[:len(e.way)-1]
	}
	return e.count()
}

func (e *encoder) header(open, name, end string) {
	if len(e.out) > 0 {
		e.out = append(e.out, '\n')
	}
	e.out = append(append(append(append(e.out, open...), name...), end...), '\n')
}

// value writes a value behind its key, or in a list.
func (e *encoder) value(v interp.Value) (err error) {
	if n, ok := v.Number(); ok {
		e.out = appendNumber(e.out, n)
	} else if t, ok := v.Table(); ok {
		err = e.inline(t)
	} else if s, ok := v.Text(); ok {
		e.out, err = appendString(e.out, s)
	} else if v.Type() == "boolean" {
		if v.Truth() {
			e.out = append(e.out, "true"...)
		} else {
			e.out = append(e.out, "false"...)
		}
	} else {
		switch o := v.Object().(type) {
		case *data.Number:
			e.out = append(e.out, o.Text()...)
		case *interp.Error:
			e.out, err = appendString(e.out, o.Error())
		default:
			if data.IsNull(v) || v.IsNil() {
				return data.Hinted(data.Cannot("null in a list"), "TOML has no null")
			}
			return data.Cannot("%s", data.TypeOf(v))
		}
	}
	if err == nil {
		err = e.count()
	}
	return err
}

func (e *encoder) inline(t interp.Table) error {
	n, isList, _, err := data.ListLen(t)
	if err != nil {
		return err
	}
	if err := e.way.Enter(t, data.MaxDepth); err != nil {
		return err
	}
	defer func() { e.way = e.way[:len(e.way)-1] }()
	if isList {
		e.out = append(e.out, '[')
		for i := 1; i <= n; i++ {
			if i > 1 {
				e.out = append(e.out, ", "...)
			}
			if err := e.value(t.Index(i)); err != nil {
				return data.AtIndex(err, i)
			}
		}
		e.out = append(e.out, ']')
		return nil
	}
	all, err := e.fields(t)
	if err != nil {
		return err
	}
	e.out = append(e.out, '{')
	for i, f := range all {
		if i > 0 {
			e.out = append(e.out, ',')
		}
		e.out = append(appendKey(append(e.out, ' '), f.name), " = "...)
		if err := e.value(f.value); err != nil {
			return data.AtField(err, f.name)
		}
	}
	if len(all) > 0 {
		e.out = append(e.out, ' ')
	}
	e.out = append(e.out, '}')
	return nil
}

func appendNumber(b []byte, f float64) []byte {
	switch {
	case math.IsNaN(f):
		return append(b, "nan"...)
	case math.IsInf(f, 1):
		return append(b, "inf"...)
	case math.IsInf(f, -1):
		return append(b, "-inf"...)
	case f == 0 && math.Signbit(f):
		return append(b, "-0.0"...)
	}
	return data.AppendNumber(b, f)
}

func appendKey(b []byte, name string) []byte {
	bare := name != ""
	for i := range len(name) {
		bare = bare && isBare(name[i])
	}
	if bare {
		return append(b, name...)
	}
	b, _ = appendString(b, name) // names are UTF-8: see fields
	return b
}

func appendString(b []byte, s string) ([]byte, error) {
	if !utf8.ValidString(s) {
		return b, data.Hinted(data.Cannot("a string that is no UTF-8"), "base64.encode makes text of bytes")
	}
	b = append(b, '"')
	for i := range len(s) {
		switch c := s[i]; {
		case c == '"' || c == '\\':
			b = append(b, '\\', c)
		case c == '\n':
			b = append(b, `\n`...)
		case c == '\r':
			b = append(b, `\r`...)
		case c == '\t':
			b = append(b, `\t`...)
		case c < ' ' || c == 0x7f:
			b = append(b, '\\', 'u', '0', '0', "0123456789abcdef"[c>>4], "0123456789abcdef"[c&15])
		default:
			b = append(b, c)
		}
	}
	return append(b, '"'), nil
}
