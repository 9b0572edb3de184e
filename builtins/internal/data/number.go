package data

import (
	"math"
	"strconv"
	"strings"

	"github.com/lull-lua/lull/interp"
)

// Number is a number with more digits than a double has: text for tostring and .., digits for an encoder.
type Number struct{ text string }

// NewNumber makes one of the text of a JSON number; ok is false if it is none.
func NewNumber(text string) (n *Number, ok bool) {
	if end, whole := ScanNumber(text, 0); !whole || end != len(text) {
		return nil, false
	}
	return &Number{text}, true
}

// Text is the number as it was written.
func (n *Number) Text() string { return n.text }

// MemorySize implements interp.Sized.
func (n *Number) MemorySize() int { return 32 + len(n.text) }

// NumberType says how scripts see a Number.
var NumberType = interp.Type{
	Name:       "json.number",
	Concurrent: true, // nothing changes it
	Of:         (*Number)(nil),
	String:     func(v any) string { return v.(*Number).text },
	Equal:      func(a, b any) bool { return digits(a.(*Number).text) == digits(b.(*Number).text) },
	Text:       true,
}

// ScanNumber is where the JSON number ends that begins at s[i]; ok is false if there is none: then end is the byte at which it
// cannot go on.
func ScanNumber(s string, i int) (end int, ok bool) {
	if i < len(s) && s[i] == '-' {
		i++
	}
	switch {
	case i < len(s) && s[i] == '0':
		i++
	case i < len(s) && s[i] >= '1' && s[i] <= '9':
		i = scanDigits(s, i)
	default:
		return i, false
	}
	if i < len(s) && s[i] == '.' {
		at := i + 1
		if i = scanDigits(s, at); i == at {
			return i, false
		}
	}
	if i < len(s) && s[i]|0x20 == 'e' {
		i++
		if i < len(s) && (s[i] == '+' || s[i] == '-') {
			i++
		}
		at := i
		if i = scanDigits(s, at); i == at {
			return i, false
		}
	}
	return i, true
}

func scanDigits(s string, i int) int {
	for i < len(s) && s[i]-'0' <= 9 {
		i++
	}
	return i
}

// Numbers is what becomes of numbers when they are decoded: the option of that name.
type Numbers string

// The ways to read numbers.
const (
	Default Numbers = ""       // integers above 2^53 in magnitude are strings
	Double  Numbers = "double" // rounded
	Strings Numbers = "string" // all are strings
	Exact   Numbers = "exact"  // what a double cannot hold is a Number
)

// Valid reports whether n is one of them.
func (n Numbers) Valid() bool { return n == Default || n == Double || n == Strings || n == Exact }

// Objects are what values are made of that Lua has none for.
type Objects struct {
	Null   interp.Value
	number interp.Value // an example
}

// NewObjects is made before the work begins: it is for the loop's side.
func NewObjects(c *interp.Call) (o Objects, err error) {
	if o.Null, err = c.Value(Null); err == nil {
		o.number, err = c.Value(&Number{})
	}
	return o, err
}

// Number is the number that a JSON number's text stands for. ok is false for one that is too large.
func (o Objects) Number(w *interp.Work, n Numbers, text string) (v interp.Value, ok bool) {
	if n == Strings {
		return w.Text(text), true
	}
	f, err := strconv.ParseFloat(text, 64)
	switch {
	case n == Exact && (err != nil || !Holds(f, text)):
		return w.Object(o.number, &Number{strings.Clone(text)}), true
	case n == Default && !strings.ContainsAny(text, ".eE") && (math.Abs(f) > 1<<53 || math.Abs(f) == 1<<53 && digits(text) != digits(Format(f))):
		return w.Text(text), true
	}
	return w.Number(f), err == nil
}

// Holds reports whether f, to which text was rounded, says all of its digits.
func Holds(f float64, text string) bool {
	if len(text) <= 15 && !strings.ContainsAny(text, "eE") {
		return true
	}
	return digits(text) == digits(strconv.FormatFloat(f, 'e', -1, 64))
}

// decimal is a number as its digits, without zeros at either end, and the power of ten of the first.
type decimal struct {
	digits   string
	exponent int
	negative bool
}

// digits makes a number's text comparable: 1.50, 15e-1 and 1.5 are the same.
func digits(text string) decimal {
	var d decimal
	text, d.negative = strings.CutPrefix(text, "-")
	mantissa, exp, _ := strings.Cut(strings.ToLower(text), "e")
	if exp != "" {
		d.exponent, _ = strconv.Atoi(exp) // too large a one is the largest there is
	}
	whole, frac, _ := strings.Cut(mantissa, ".")
	all := whole + frac
	d.digits = strings.TrimLeft(all, "0")
	if d.digits == "" {
		return decimal{negative: d.negative}
	}
	d.exponent += len(whole) - 1 - (len(all) - len(d.digits))
	d.digits = strings.TrimRight(d.digits, "0")
	return d
}

// Format is the shortest text of a number that reads back as it: whole numbers up to 2^53 as their digits, as those beyond are read
// as strings.
func Format(f float64) string { return string(AppendNumber(nil, f)) }

// AppendNumber appends Format(f), which must be finite.
func AppendNumber(b []byte, f float64) []byte {
	if math.Abs(f) <= 1<<53 && f == math.Trunc(f) && (f != 0 || !math.Signbit(f)) {
		return strconv.AppendInt(b, int64(f), 10)
	}
	format := byte('f')
	if a := math.Abs(f); a != 0 && (a < 1e-5 || a >= 1e16 || a > 1<<53) {
		format = 'e'
	}
	at := len(b)
	b = strconv.AppendFloat(b, f, format, -1, 64)
	if n := len(b) - at; n > 4 && format == 'e' && b[len(b)-4] == 'e' && b[len(b)-2] == '0' { // e-07 is e-7
		b[len(b)-2] = b[len(b)-1]
		b = b[:len(b)-1]
	}
	return b
}
