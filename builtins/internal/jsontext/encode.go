package jsontext

import (
	"math"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/lull-lua/lull/builtins/internal/data"
	"github.com/lull-lua/lull/interp"
)

// Encoding is how values are written; the zero value is compact, with names in the order of pairs.
type Encoding struct {
	Indent string // of each level; "" is compact
	Sort   bool   // names are sorted
	Ways   Ways   // nil: those of json.encode
	Raw    bool   // in strings every byte stands for itself, also where it is no UTF-8
	Slash  bool   // / is escaped
	Depth  int    // how deep values may be nested; 0: data.MaxDepth
}

// Ways are where cjson goes a way of its own.
type Ways interface {
	// List tells whether a table is one and how many items it has, as data.ListLen.
	List(t interp.Table) (n int, ok, holes bool, err error)
	// Key is the name of a field.
	Key(k interp.Value) (string, error)
	// Number appends a number.
	Number(b []byte, f float64) ([]byte, error)
	// Other appends a value that is no boolean, number, string or table.
	Other(b []byte, v interp.Value) ([]byte, error)
}

// Encode is v as text. Its error for a value that cannot be encoded is a *data.Unreadable.
func Encode(c *interp.Call, v interp.Value, as Encoding) ([]byte, error) {
	if as.Ways == nil {
		as.Ways = plain{}
	}
	if as.Depth == 0 {
		as.Depth = data.MaxDepth
	}
	e := encoder{Encoding: as, c: c}
	if err := e.value(v); err != nil {
		return nil, err
	}
	if err := e.meter.Ends(c, len(e.out)); err != nil {
		return nil, err
	}
	return trimmed(e.out), nil
}

// trimmed is b without much room that is not used.
func trimmed(b []byte) []byte {
	if cap(b) > len(b)+len(b)/4 {
		return append(make([]byte, 0, len(b)), b...)
	}
	return b
}

// encoder is one value under way.
type encoder struct {
	Encoding
	c     *interp.Call
	out   []byte
	way   data.Way
	meter data.Meter
}

// plain is the way of json.encode.
type plain struct{}

// List implements Ways.
func (plain) List(t interp.Table) (n int, ok, holes bool, err error) { return data.ListLen(t) }

// Key implements Ways.
func (plain) Key(k interp.Value) (string, error) { return data.Key(k) }

// Number implements Ways.
func (plain) Number(b []byte, f float64) ([]byte, error) { return finite(b, f) }

func finite(b []byte, f float64) ([]byte, error) {
	switch {
	case math.IsNaN(f):
		return b, data.Cannot("NaN")
	case math.IsInf(f, 0):
		return b, data.Cannot("an infinite number")
	}
	return data.AppendNumber(b, f), nil
}

// Other implements Ways.
func (plain) Other(b []byte, v interp.Value) ([]byte, error) {
	switch o := v.Object().(type) {
	case *data.Number:
		return append(b, o.Text()...), nil
	case *interp.Error:
		return appendString(b, o.Error(), false, false)
	}
	if data.IsNull(v) {
		return append(b, "null"...), nil
	}
	return b, data.Cannot("%s", data.TypeOf(v))
}

// value appends v.
func (e *encoder) value(v interp.Value) (err error) {
	if n, ok := v.Number(); ok {
		e.out, err = e.Ways.Number(e.out, n)
	} else if t, ok := v.Table(); ok {
		err = e.table(t)
	} else if s, ok := v.Text(); ok {
		e.out, err = appendString(e.out, s, e.Raw, e.Slash)
	} else {
		switch v.Type() {
		case "nil":
			e.out = append(e.out, "null"...)
		case "boolean":
			if v.Truth() {
				e.out = append(e.out, "true"...)
			} else {
				e.out = append(e.out, "false"...)
			}
		default:
			e.out, err = e.Ways.Other(e.out, v)
		}
	}
	if err == nil {
		err = e.meter.Wrote(e.c, len(e.out))
	}
	return err
}

func (e *encoder) table(t interp.Table) error {
	n, list, holes, err := e.Ways.List(t)
	if err != nil {
		return err
	}
	if err := e.way.Enter(t, e.Depth); err != nil {
		return err
	}
	if list {
		err = e.list(t, n, holes)
	} else {
		err = e.object(t)
	}
	e.way = e.way[:len(e.way)-1]
	return err
}

func (e *encoder) list(t interp.Table, n int, holes bool) error {
	if n == 0 {
		e.out = append(e.out, "[]"...)
		return nil
	}
	if err := data.Items(e.c, t, len(e.out), n, len("null,")); err != nil {
		return err
	}
	e.out = append(e.out, '[')
	for i := 1; i <= n; i++ {
		if i > 1 {
			e.out = append(e.out, ',')
		}
		e.line(len(e.way))
		v := t.Index(i)
		if v.IsNil() && !holes {
			return data.AtIndex(data.Hole(), i)
		}
		if err := e.value(v); err != nil {
			return data.AtIndex(err, i)
		}
	}
	e.line(len(e.way) - 1)
	e.out = append(e.out, ']')
	return nil
}

// pair is a field of an object that is sorted.
type pair struct {
	name  string
	value interp.Value
}

func (e *encoder) object(t interp.Table) error {
	e.out = append(e.out, '{')
	empty := true
	field := func(name string, v interp.Value) (err error) {
		if !empty {
			e.out = append(e.out, ',')
		}
		empty = false
		e.line(len(e.way))
		if e.out, err = appendString(e.out, name, e.Raw, e.Slash); err != nil {
			return data.Cannot("a name that is no UTF-8 (%.60q)", name)
		}
		e.out = append(e.out, ':')
		if e.Indent != "" {
			e.out = append(e.out, ' ')
		}
		if err = e.value(v); err != nil {
			return data.AtField(err, name)
		}
		return nil
	}
	var pairs []pair
	for k, v := range t.All() {
		name, err := e.Ways.Key(k)
		if err != nil {
			return err
		}
		if e.Sort {
			pairs = append(pairs, pair{name, v})
		} else if err := field(name, v); err != nil {
			return err
		}
	}
	if e.Sort {
		if err := e.c.Spend(64 * len(pairs)); err != nil {
			return err
		}
		slices.SortFunc(pairs, func(a, b pair) int { return strings.Compare(a.name, b.name) })
		for _, p := range pairs {
			if err := field(p.name, p.value); err != nil {
				return err
			}
		}
	}
	if !empty {
		e.line(len(e.way) - 1)
	}
	e.out = append(e.out, '}')
	return nil
}

// line begins a new line, where there are some.
func (e *encoder) line(level int) {
	if e.Indent == "" {
		return
	}
	e.out = append(e.out, '\n')
	for range level {
		e.out = append(e.out, e.Indent...)
	}
}

const hexDigits = "0123456789abcdef"

// appendString appends s in quotes; raw and slash are as in Encoding.
func appendString(b []byte, s string, raw, slash bool) ([]byte, error) {
	b = append(b, '"')
	from := 0
	wide := byte(0)
	for i := 0; i < len(s); i++ {
		c := s[i]
		wide |= c
		if !special[c] && !(c == '/' && slash) && !(c == 0x7f && raw) {
			continue
		}
		b = append(b, s[from:i]...)
		from = i + 1
		switch c {
		case '"', '\\', '/':
			b = append(b, '\\', c)
		case '\n':
			b = append(b, '\\', 'n')
		case '\r':
			b = append(b, '\\', 'r')
		case '\t':
			b = append(b, '\\', 't')
		case '\b':
			b = append(b, '\\', 'b')
		case '\f':
			b = append(b, '\\', 'f')
		default:
			b = append(b, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&15])
		}
	}
	b = append(b, s[from:]...)
	if wide >= 0x80 && !raw && !utf8.ValidString(s) {
		return b, data.Hinted(data.Cannot("a string that is no UTF-8 (%s)", badByte(s)), "base64.encode makes text of bytes")
	}
	return append(b, '"'), nil
}

func badByte(s string) string {
	for i, r := range s {
		if r == utf8.RuneError {
			if _, n := utf8.DecodeRuneInString(s[i:]); n <= 1 {
				return data.Byte(s, i) + " at " + data.Format(float64(i+1))
			}
		}
	}
	return "a byte"
}
