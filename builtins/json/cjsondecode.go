package json

import (
	"math"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/lull-lua/lull/builtins/internal/jsontext"
	"github.com/lull-lua/lull/interp"
)

// cjsonDecoder reads a text as lua-cjson does: by its grammar, which is wider than JSON's, and with its messages.
type cjsonDecoder struct {
	*cjson
	s     string
	i     int
	depth int
	w     *interp.Work
	stack []interp.Value
	exp   string // what is expected, in messages
}

// The names of tokens in messages.
const (
	tokenEnd    = "T_END"
	tokenString = "T_STRING"
)

func (d *cjsonDecoder) decode() (interp.Value, error) {
	v, err := d.value()
	if err != nil {
		return v, err
	}
	if d.space(); d.i < len(d.s) {
		return v, d.expected("the end")
	}
	return v, nil
}

func (d *cjsonDecoder) space() {
	for d.i < len(d.s) && strings.IndexByte(" \t\r\n", d.s[d.i]) >= 0 {
		d.i++
	}
}

func (d *cjsonDecoder) errorf(at int, found string) error {
	return interp.Errorf(interp.KindParse, "Expected %s but found %s at character %d", d.exp, found, at+1).With("line", 1).With("column", at+1)
}

// expected is the error where something else stands at d.i than what must.
func (d *cjsonDecoder) expected(exp string) error {
	d.exp = exp
	if d.i >= len(d.s) {
		return d.errorf(d.i, tokenEnd)
	}
	found := map[byte]string{'{': "T_OBJ_BEGIN", '}': "T_OBJ_END", '[': "T_ARR_BEGIN", ']': "T_ARR_END", ',': "T_COMMA", ':': "T_COLON"}[d.s[d.i]]
	at := d.i
	if found == "" {
		_, token, err := d.scalar()
		if err != nil {
			return err
		}
		if found = token; found == "" {
			found = "invalid token"
		}
	}
	return d.errorf(at, found)
}

// scalar reads a value that is neither list nor object; token is "" if there is none.
func (d *cjsonDecoder) scalar() (v interp.Value, token string, err error) {
	rest := d.s[d.i:]
	switch {
	case rest == "":
	case rest[0] == '"':
		s, err := d.text()
		if err != nil {
			return v, "", err
		}
		return d.w.Text(s), tokenString, nil
	case rest[0] == '-' || rest[0] >= '0' && rest[0] <= '9':
		if !d.decodeInvalid && invalidNumber(rest) {
			return v, "", d.errorf(d.i, "invalid number")
		}
		n, size := strtod(rest)
		if size == 0 {
			return v, "", d.errorf(d.i, "invalid number")
		}
		d.i += size
		return d.w.Number(n), "T_NUMBER", d.w.Did(size)
	case strings.HasPrefix(rest, "true"):
		d.i += 4
		return interp.Bool(true), "T_BOOLEAN", nil
	case strings.HasPrefix(rest, "false"):
		d.i += 5
		return interp.Bool(false), "T_BOOLEAN", nil
	case strings.HasPrefix(rest, "null"):
		d.i += 4
		return d.null, "T_NULL", nil
	case d.decodeInvalid && invalidNumber(rest):
		n, size := strtod(rest)
		if size > 0 {
			d.i += size
			return d.w.Number(n), "T_NUMBER", nil
		}
	}
	return v, "", nil
}

// invalidNumber reports whether a number that begins so is none of JSON, though C's strtod reads it.
func invalidNumber(s string) bool {
	if strings.HasPrefix(s, "+") {
		return true
	}
	if s = strings.TrimPrefix(s, "-"); s == "" {
		return false
	}
	switch c := s[0]; {
	case c == '0':
		return len(s) > 1 && (s[1]|0x20 == 'x' || s[1] >= '0' && s[1] <= '9')
	case c <= '9':
		return false
	}
	low := strings.ToLower(s[:min(len(s), 3)])
	return low == "inf" || low == "nan"
}

// strtod is C's, of s: the number and how many bytes it takes.
func strtod(s string) (n float64, size int) {
	i := 0
	if i < len(s) && (s[i] == '-' || s[i] == '+') {
		i++
	}
	low := strings.ToLower(s[i:min(len(s), i+8)])
	digits := func(hex bool) {
		for i < len(s) && (s[i] >= '0' && s[i] <= '9' || hex && s[i]|0x20 >= 'a' && s[i]|0x20 <= 'f') {
			i++
		}
	}
	exponent := func() {
		at := i
		i++
		if i < len(s) && (s[i] == '-' || s[i] == '+') {
			i++
		}
		if from := i; true {
			if digits(false); i == from {
				i = at
			}
		}
	}
	switch {
	case strings.HasPrefix(low, "infinity"):
		i += 8
	case strings.HasPrefix(low, "inf"):
		i += 3
	case strings.HasPrefix(low, "nan"):
		return math.NaN(), i + 3
	case strings.HasPrefix(low, "0x"):
		i += 2
		digits(true)
		if i < len(s) && s[i] == '.' {
			i++
			digits(true)
		}
		text := s[:i]
		if i < len(s) && s[i]|0x20 == 'p' {
			exponent()
			text = s[:i]
		} else {
			text += "p0"
		}
		n, _ = strconv.ParseFloat(text, 64) // what is out of range is infinite, as in C
		return n, i
	default:
		from := i
		digits(false)
		if i < len(s) && s[i] == '.' {
			i++
			digits(false)
		}
		if s[from:i] == "" || s[from:i] == "." {
			return 0, 0
		}
		if i < len(s) && s[i]|0x20 == 'e' {
			exponent()
		}
	}
	n, _ = strconv.ParseFloat(s[:i], 64) // likewise
	return n, i
}

func (d *cjsonDecoder) descend() error {
	if d.depth++; d.depth > min(d.decodeDepth, maxCJSONDepth) {
		return interp.Errorf(interp.KindParse, "Found too many nested data structures (%d) at character %d", d.depth, d.i).With("line", 1).With("column", d.i)
	}
	return nil
}

func (d *cjsonDecoder) value() (interp.Value, error) {
	d.space()
	if d.i < len(d.s) {
		switch d.s[d.i] {
		case '{':
			return d.object()
		case '[':
			return d.list()
		}
	}
	d.exp = "value"
	v, token, err := d.scalar()
	if err == nil && token == "" {
		err = d.expected("value")
	}
	return v, err
}

// at reports whether c stands at d.i, behind space, and takes it.
func (d *cjsonDecoder) at(c byte) bool {
	if d.space(); d.i < len(d.s) && d.s[d.i] == c {
		d.i++
		return true
	}
	return false
}

func (d *cjsonDecoder) list() (interp.Value, error) {
	d.i++
	if err := d.descend(); err != nil {
		return interp.Value{}, err
	}
	base := len(d.stack)
	for more := !d.at(']'); more; {
		v, err := d.value()
		if err != nil {
			return v, err
		}
		d.stack = append(d.stack, v)
		if err := d.w.Did(8); err != nil {
			return v, err
		}
		if d.at(']') {
			more = false
		} else if !d.at(',') {
			return v, d.expected("comma or array end")
		}
	}
	d.depth--
	t := d.w.List(d.stack[base:])
	if d.arrayWithMT {
		t.SetMetatable(d.arrayMT)
	}
	d.stack = d.stack[:base]
	return t.Value(), nil
}

func (d *cjsonDecoder) object() (interp.Value, error) {
	d.i++
	if err := d.descend(); err != nil {
		return interp.Value{}, err
	}
	base := len(d.stack)
	for more := !d.at('}'); more; {
		if d.space(); d.i >= len(d.s) || d.s[d.i] != '"' {
			return interp.Value{}, d.expected("object key string")
		}
		d.exp = "object key string"
		name, err := d.text()
		if err != nil {
			return interp.Value{}, err
		}
		d.stack = append(d.stack, d.w.Name(name))
		if !d.at(':') {
			return interp.Value{}, d.expected("colon")
		}
		v, err := d.value()
		if err != nil {
			return v, err
		}
		d.stack = append(d.stack, v)
		if err := d.w.Did(8); err != nil {
			return v, err
		}
		if d.at('}') {
			more = false
		} else if !d.at(',') {
			return v, d.expected("comma or object end")
		}
	}
	d.depth--
	t := d.w.Map(d.stack[base:])
	d.stack = d.stack[:base]
	return t.Value(), nil
}

// text reads a string, whose bytes stand for themselves.
func (d *cjsonDecoder) text() (string, error) {
	start := d.i
	s := d.s
	i := start + 1
	for i < len(s) && s[i] != '"' && s[i] != '\\' && s[i] != 0 {
		i++
	}
	if i < len(s) && s[i] == '"' {
		d.i = i + 1
		return s[start+1 : i], d.w.Did(i - start)
	}
	b := append([]byte(nil), s[start+1:i]...)
	for {
		if i >= len(s) || s[i] == 0 {
			return "", d.errorf(i, "unexpected end of string")
		}
		c := s[i]
		if c == '"' {
			d.i = i + 1
			return string(b), d.w.Did(i - start)
		}
		if c != '\\' {
			b = append(b, c)
			i++
			continue
		}
		if i+1 >= len(s) {
			return "", d.errorf(i, "invalid escape code")
		}
		if s[i+1] == 'u' {
			r, size := cjsonRune(s[i:])
			if size == 0 {
				return "", d.errorf(i, "invalid unicode escape code")
			}
			b = utf8.AppendRune(b, r)
			i += size
			continue
		}
		at := strings.IndexByte(`"\/bfnrt`, s[i+1])
		if at < 0 {
			return "", d.errorf(i, "invalid escape code")
		}
		b = append(b, "\"\\/\b\f\n\r\t"[at])
		i += 2
	}
}

// cjsonRune is the character of the \u escape that s begins with, and the length of that; 0: it is none.
func cjsonRune(s string) (r rune, size int) {
	r, ok := jsontext.Hex4(s, 2)
	if !ok {
		return 0, 0
	}
	if !utf16.IsSurrogate(r) {
		return r, 6
	}
	if !strings.HasPrefix(s[6:], `\u`) {
		return 0, 0
	}
	low, ok := jsontext.Hex4(s, 8)
	if pair := utf16.DecodeRune(r, low); ok && pair != utf8.RuneError {
		return pair, 12
	}
	return 0, 0
}
