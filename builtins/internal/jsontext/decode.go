// Package jsontext is JSON text (RFC 8259) as values, and back: for the table json, and for those that speak JSON themselves.
package jsontext

import (
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/lull-lua/lull/builtins/internal/data"
	"github.com/lull-lua/lull/interp"
)

// Options are how a text is decoded.
type Options struct {
	Nulls   bool // null is json.null in objects, too
	Numbers data.Numbers
}

// Decode is what s says; op names the builtin in errors. It is a checkpoint.
func Decode(c *interp.Call, op, s string, o Options) (interp.Value, error) {
	objects, err := data.NewObjects(c)
	if err != nil {
		return interp.Value{}, err
	}
	var v interp.Value
	err = c.Compute(len(s), interp.LargeInput, func(w *interp.Work) (err error) {
		d := decoder{Options: o, op: op, s: s, w: w, Objects: objects}
		v, err = d.decode()
		return err
	})
	if err != nil {
		return interp.Value{}, err
	}
	return v, nil
}

// decoder is one text under way. It is RFC 8259's grammar, with nothing added.
type decoder struct {
	Options
	op    string
	s     string
	i     int
	depth int
	w     *interp.Work
	data.Objects
	stack []interp.Value // what of the lists and objects around i has been read
	plain []byte         // of a string with escapes
}

// decode is the value that s says, which makes use of w alone.
func (d *decoder) decode() (interp.Value, error) {
	if err := d.beginning(); err != nil {
		return interp.Value{}, err
	}
	d.space()
	v, err := d.value()
	if err != nil {
		return v, err
	}
	if d.space(); d.i < len(d.s) {
		return v, d.surplus()
	}
	return v, nil
}

// beginning refuses what begins like a text in another encoding.
func (d *decoder) beginning() error {
	switch s := d.s; {
	case strings.HasPrefix(s, "\xef\xbb\xbf"):
		return d.errorf(0, "the text begins with a byte order mark (U+FEFF), which JSON does not have; take s:sub(4)")
	case strings.HasPrefix(s, "\xff\xfe"), strings.HasPrefix(s, "\xfe\xff"), len(s) > 3 && (s[0] == 0 && s[1] != 0 && s[2] == 0 || s[0] != 0 && s[1] == 0 && s[3] == 0):
		return d.errorf(0, "the text is in UTF-16 or UTF-32, as it seems; JSON is in UTF-8")
	}
	return nil
}

func (d *decoder) errorf(at int, format string, args ...any) error {
	return data.ParseError(d.op, "", d.s, at, format, args...)
}

func (d *decoder) space() {
	for d.i < len(d.s) {
		switch d.s[d.i] {
		case ' ', '\n', '\t', '\r':
			d.i++
		default:
			return
		}
	}
}

func (d *decoder) value() (interp.Value, error) {
	if d.i < len(d.s) {
		switch c := d.s[d.i]; c {
		case '"':
			text, err := d.text("a string")
			if err != nil {
				return interp.Value{}, err
			}
			return d.w.Text(text), nil
		case '{':
			return d.object()
		case '[':
			return d.list()
		case 't':
			if d.word("true") {
				return interp.Bool(true), nil
			}
		case 'f':
			if d.word("false") {
				return interp.Bool(false), nil
			}
		case 'n':
			if d.word("null") {
				if d.Nulls {
					return d.Null, nil
				}
				return interp.Value{}, nil
			}
		case '-', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9':
			return d.number()
		}
	}
	return interp.Value{}, d.noValue()
}

// word takes a word, which nothing that could belong to it follows.
func (d *decoder) word(w string) bool {
	rest := d.s[d.i:]
	if !strings.HasPrefix(rest, w) || len(rest) > len(w) && isLetter(rest[len(w)]) {
		return false
	}
	d.i += len(w)
	return true
}

func isLetter(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_' || c >= '0' && c <= '9' || c >= 0x80
}

func (d *decoder) enter() error {
	if d.depth++; d.depth > data.MaxDepth {
		return d.errorf(d.i, "values inside values more than %d deep", data.MaxDepth)
	}
	return nil
}

func (d *decoder) list() (interp.Value, error) {
	if err := d.enter(); err != nil {
		return interp.Value{}, err
	}
	open, base := d.i, len(d.stack)
	d.i++
	d.space()
	for first := true; ; first = false {
		if d.i < len(d.s) && d.s[d.i] == ']' && first {
			break
		}
		v, err := d.value()
		if err != nil {
			return v, err
		}
		if v.IsNil() {
			v = d.Null // so that places hold
		}
		d.stack = append(d.stack, v)
		if err := d.w.Did(8); err != nil {
			return v, err
		}
		if more, err := d.more(lists, open); err != nil {
			return v, err
		} else if !more {
			break
		}
	}
	d.i++
	d.depth--
	t := d.w.List(d.stack[base:])
	d.stack = d.stack[:base]
	return t.Value(), nil
}

func (d *decoder) object() (interp.Value, error) {
	if err := d.enter(); err != nil {
		return interp.Value{}, err
	}
	open, base := d.i, len(d.stack)
	d.i++
	d.space()
	for first := true; ; first = false {
		switch {
		case d.i >= len(d.s):
			return interp.Value{}, d.unended(open, "object", "}")
		case d.s[d.i] == '}' && first:
		case d.s[d.i] != '"':
			return interp.Value{}, d.noName()
		}
		if d.s[d.i] == '}' {
			break
		}
		name, err := d.text("a name")
		if err != nil {
			return interp.Value{}, err
		}
		d.stack = append(d.stack, d.w.Name(name))
		if d.space(); d.i >= len(d.s) || d.s[d.i] != ':' {
			return interp.Value{}, d.missing("a colon is missing after the name", "the text ends after a name, in the object that begins in line %d, column %d", open)
		}
		d.i++
		d.space()
		v, err := d.value()
		if err != nil {
			return v, err
		}
		d.stack = append(d.stack, v)
		if err := d.w.Did(8); err != nil {
			return v, err
		}
		if more, err := d.more(objects, open); err != nil {
			return v, err
		} else if !more {
			break
		}
	}
	d.i++
	d.depth--
	t := d.w.Map(d.stack[base:])
	d.stack = d.stack[:base]
	return t.Value(), nil
}

// brackets are what a list or an object is written with.
type brackets struct {
	what, item string
	end        byte
}

var lists, objects = &brackets{"list", "item", ']'}, &brackets{"object", "field", '}'}

// more reads what follows an item of what began at open: the end, or a comma, behind which there is more.
func (d *decoder) more(b *brackets, open int) (bool, error) {
	d.space()
	switch {
	case d.i < len(d.s) && d.s[d.i] == ',':
		comma := d.i
		d.i++
		if d.space(); d.i < len(d.s) && d.s[d.i] == b.end {
			return false, d.errorf(comma, "a comma before '%c': JSON has none after the last %s", b.end, b.item)
		}
		return true, nil
	case d.i < len(d.s) && d.s[d.i] == b.end:
		return false, nil
	}
	return false, d.unended(open, b.what, string(b.end))
}

// special are the bytes that end a stretch of a string, or that need a look.
var special = func() (t [256]bool) {
	for i := range t {
		t[i] = i < ' ' || i == '"' || i == '\\'
	}
	return
}()

// text reads a string. The result is part of d.s, or of d.plain: it is to be copied.
func (d *decoder) text(what string) (string, error) {
	start := d.i
	i := start + 1
	s := d.s
	wide := byte(0)
	for i < len(s) && !special[s[i]] {
		wide |= s[i]
		i++
	}
	if i < len(s) && s[i] == '"' {
		text := s[start+1 : i]
		if wide >= 0x80 && !utf8.ValidString(text) {
			return "", d.badUTF8(start+1, i)
		}
		d.i = i + 1
		return text, d.w.Did(len(text))
	}
	return d.escaped(what, start, i)
}

// escaped is text from the first byte on, at i, that is not as it is.
func (d *decoder) escaped(what string, start, i int) (string, error) {
	s := d.s
	plain, from := d.plain[:0], start+1
	for {
		for i < len(s) && !special[s[i]] {
			i++
		}
		if !utf8.ValidString(s[from:i]) {
			return "", d.badUTF8(from, i)
		}
		plain = append(plain, s[from:i]...)
		if i >= len(s) {
			line, column := data.Position(s, start)
			return "", d.errorf(i, "the text ends inside %s, which begins in line %d, column %d", what, line, column)
		}
		switch c := s[i]; {
		case c == '"':
			d.i, d.plain = i+1, plain
			return string(plain), d.w.Did(i - start)
		case c == '\n' || c == '\r':
			return "", d.errorf(i, "a line break inside %s: write \\n, or is its last quote missing?", what)
		case c == 0:
			return "", d.errorf(i, "a NUL byte inside %s", what)
		case c < ' ':
			return "", d.errorf(i, "the control character U+%04X inside %s: write \\u%04x", c, what, c)
		}
		var err error
		if plain, i, err = d.escape(plain, i); err != nil {
			return "", err
		}
		from = i
	}
}

// escape appends what the backslash at i says, and returns where it ends.
func (d *decoder) escape(plain []byte, i int) ([]byte, int, error) {
	s := d.s
	if i+1 >= len(s) {
		return nil, 0, d.errorf(i+1, "the text ends inside a string, after a backslash")
	}
	switch c := s[i+1]; c {
	case '"', '\\', '/':
		return append(plain, c), i + 2, nil
	case 'b':
		return append(plain, '\b'), i + 2, nil
	case 'f':
		return append(plain, '\f'), i + 2, nil
	case 'n':
		return append(plain, '\n'), i + 2, nil
	case 'r':
		return append(plain, '\r'), i + 2, nil
	case 't':
		return append(plain, '\t'), i + 2, nil
	case 'u':
		r, ok := Hex4(s, i+2)
		if !ok {
			return nil, 0, d.errorf(i, "\\u needs four hexadecimal digits")
		}
		end := i + 6
		if utf16.IsSurrogate(r) {
			low := rune(-1)
			if strings.HasPrefix(s[end:], `\u`) {
				low, _ = Hex4(s, end+2)
			}
			pair := utf16.DecodeRune(r, low)
			if pair == utf8.RuneError {
				return nil, 0, d.errorf(i, "%s is half of a surrogate pair, whose other half is missing: it is no character", s[i:end])
			}
			r, end = pair, end+6
		}
		return utf8.AppendRune(plain, r), end, nil
	case '\'':
		return nil, 0, d.errorf(i, `JSON has no escape \'; a ' is written as it is`)
	case 'x':
		return nil, 0, d.errorf(i, `JSON has no escape \x; write \u00 and the two digits`)
	}
	return nil, 0, d.errorf(i, "JSON has no escape of a backslash and %s", data.Byte(s, i+1))
}

// Hex4 is the number of the four hexadecimal digits at the byte i of s.
func Hex4(s string, i int) (r rune, ok bool) {
	if i+4 > len(s) {
		return -1, false
	}
	for _, c := range []byte(s[i : i+4]) {
		switch {
		case c >= '0' && c <= '9':
			c -= '0'
		case c|0x20 >= 'a' && c|0x20 <= 'f':
			c = c | 0x20 - 'a' + 10
		default:
			return -1, false
		}
		r = r<<4 | rune(c)
	}
	return r, true
}

// number reads a number, which begins at d.i.
func (d *decoder) number() (interp.Value, error) {
	s, start := d.s, d.i
	i := start
	negative := s[i] == '-'
	if negative {
		i++
	}
	first, n := i, uint64(0)
	for i < len(s) && s[i]-'0' <= 9 {
		n = n*10 + uint64(s[i]-'0') // of up to 15 digits
		i++
	}
	digits := i - first
	if digits == 0 || digits > 1 && s[first] == '0' || i < len(s) && (s[i] == '.' || s[i]|0x20 == 'e' || isLetter(s[i])) || digits > 15 || n == 0 && negative || d.Numbers == data.Strings {
		return d.longNumber()
	}
	d.i = i
	if negative {
		return d.w.Number(-float64(n)), nil
	}
	return d.w.Number(float64(n)), nil
}

// longNumber is number in all cases.
func (d *decoder) longNumber() (interp.Value, error) {
	s, start := d.s, d.i
	end, ok := data.ScanNumber(s, start)
	if !ok || end < len(s) && (isLetter(s[end]) || s[end] == '.' || s[end] == '-' || s[end] == '+') {
		return interp.Value{}, d.noNumber(start, end)
	}
	if err := d.w.Did(end - start); err != nil {
		return interp.Value{}, err
	}
	v, ok := d.Number(d.w, d.Numbers, s[start:end])
	if !ok {
		return v, d.errorf(start, `the number %s is too large for a double; numbers = "exact" or "string" keeps its digits`, short(s[start:end]))
	}
	d.i = end
	return v, nil
}

func short(s string) string {
	if len(s) > 40 {
		return s[:20] + "..." + s[len(s)-10:]
	}
	return s
}
