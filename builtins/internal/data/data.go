// Package data is what the tables json, toml and yaml share: null, numbers with more digits than a double has, how a Lua table is
// taken for a list or a map, and where in a text or a value something is wrong.
package data

import (
	"fmt"
	"math"
	"strings"
	"unicode/utf8"

	"github.com/lull-lua/lull/interp"
)

// MaxDepth is how deep values may be nested, where they are read and where they are written.
const MaxDepth = 1000

// null is null where a nil would leave no trace: in a list, or where a script asks for it.
type null struct{}

// Null is null as [interp.Call.Value] takes it.
var Null = &null{}

// NullType says how scripts see null.
var NullType = interp.Type{
	Name:       "json.null",
	Concurrent: true, // there is one
	Of:         (*null)(nil),
	String:     func(any) string { return "null" },
	Equal:      func(any, any) bool { return true },
}

// IsNull reports whether a value is null.
func IsNull(v interp.Value) bool { _, ok := v.Object().(*null); return ok }

// ParseError is the error of a text that cannot be decoded: what is wrong at the byte i of s. file is "" for a text that is no file's.
func ParseError(op, file, s string, i int, format string, args ...any) *interp.Error {
	line, column := Position(s, i)
	return ErrorAt(op, file, line, column, fmt.Sprintf(format, args...))
}

// ErrorAt is ParseError where the line and the column, in characters, are known.
func ErrorAt(op, file string, line, column int, what string) *interp.Error {
	var e *interp.Error
	if file == "" {
		e = interp.Errorf(interp.KindParse, "%s: line %d, column %d: %s", op, line, column, what)
	} else {
		e = interp.Errorf(interp.KindParse, "%s: %s: line %d, column %d: %s", op, file, line, column, what).With("path", file)
	}
	return e.With("line", line).With("column", column)
}

// Position is the line of the byte i of s, and its column in characters, both from 1.
func Position(s string, i int) (line, column int) {
	before := s[:min(i, len(s))]
	start := strings.LastIndexByte(before, '\n') + 1
	return 1 + strings.Count(before, "\n"), 1 + utf8.RuneCountInString(before[start:])
}

// Byte names the character at the byte i of s, for messages.
func Byte(s string, i int) string {
	if i >= len(s) {
		return "the end"
	}
	switch r, n := utf8.DecodeRuneInString(s[i:]); {
	case r == utf8.RuneError && n <= 1:
		return fmt.Sprintf("the byte 0x%02X", s[i])
	case r == 0:
		return "a NUL byte"
	case r < ' ' || r == 0x7f || r == 0xfeff || r == 0x2028 || r == 0x2029 || r == 0xa0:
		return fmt.Sprintf("U+%04X", r)
	default:
		return "'" + string(r) + "'"
	}
}

// Unreadable is what cannot be encoded: why, and the way to it.
type Unreadable struct {
	why  string
	hint string   // what to do instead
	path []string // steps, innermost first
	up   int      // of a cycle: the table is the one that many steps back
}

// Cannot is the error of a value that cannot be encoded, without the way to it.
func Cannot(format string, args ...any) error { return &Unreadable{why: fmt.Sprintf(format, args...)} }

// Hinted adds what to do instead to an error of Cannot.
func Hinted(err error, hint string) error {
	if u, ok := err.(*Unreadable); ok {
		u.hint = hint
	}
	return err
}

// Error is the sentence, with the way from the value that was to be encoded.
func (u *Unreadable) Error() string {
	var b strings.Builder
	b.WriteString("cannot encode " + u.why)
	if len(u.path) > 0 {
		b.WriteString(" at " + way(u.path))
	}
	if u.up > 0 {
		if rest := u.path[u.up:]; len(rest) > 0 {
			b.WriteString(", which is " + way(rest))
		} else {
			b.WriteString(", which is the whole value")
		}
	}
	if u.hint != "" {
		b.WriteString("; " + u.hint)
	}
	return b.String()
}

// way is a path as a script would write it.
func way(path []string) string {
	var b strings.Builder
	shown := path
	if len(path) > 40 {
		shown = path[len(path)-20:]
	}
	write := func(steps []string) {
		for i := len(steps) - 1; i >= 0; i-- {
			b.WriteString(steps[i])
		}
	}
	write(shown)
	if len(path) > 40 {
		b.WriteString("...")
		write(path[:20])
	}
	return strings.TrimPrefix(b.String(), ".")
}

// AtField adds the field that err was found in.
func AtField(err error, name string) error {
	u, ok := err.(*Unreadable)
	if !ok {
		return err
	}
	step := "." + name
	if !isName(name) {
		if len(name) > 60 {
			name = name[:60] + "..."
		}
		step = fmt.Sprintf("[%q]", name)
	}
	u.path = append(u.path, step)
	return u
}

// AtIndex adds the index that err was found at.
func AtIndex(err error, i int) error {
	if u, ok := err.(*Unreadable); ok {
		u.path = append(u.path, fmt.Sprintf("[%d]", i))
	}
	return err
}

func isName(s string) bool {
	for i := range len(s) {
		c := s[i]
		if !(c == '_' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || i > 0 && c >= '0' && c <= '9') {
			return false
		}
	}
	return s != "" && len(s) <= 60
}

// Way are the tables that lead to what is being encoded.
type Way []interp.Table

// Enter goes into a table: one that is being encoded already, or lies more than depth levels deep, is an error. Leave it by
// w = w[:len(w)-1].
func (w *Way) Enter(t interp.Table, depth int) error {
	for i, outer := range *w {
		if outer == t {
			return &Unreadable{why: "a table that contains itself", up: len(*w) - i}
		}
	}
	if len(*w) >= depth {
		return Cannot("tables inside tables more than %d deep", depth)
	}
	*w = append(*w, t)
	return nil
}

// ListLen tells how many items a table has that is to be written as a list; ok is false for a map. A list has the keys 1 to n and
// no others; a table that is marked as one may be empty, and its field n counts its items: then it may have holes.
func ListLen(t interp.Table) (n int, ok, holes bool, err error) {
	n = t.Len()
	if n == 0 && !t.IsList() {
		return 0, false, false, nil
	}
	counted := -1
	if t.IsList() {
		if f, ok := t.Field("n").Number(); ok && f >= 0 && f <= 1<<31 && f == math.Trunc(f) {
			counted = int(min(f, math.MaxInt32)) // 1<<31, which 32 bits do not hold, is beyond every limit as well
		}
	}
	for k := range t.Fields() {
		if err != nil {
			break
		}
		i, whole := k.Int()
		switch {
		case whole && i >= 1:
			if counted < 0 {
				err = Cannot("a list with holes (it has the key %s, and not %d)", k, n+1)
			} else if i > counted {
				err = Cannot("a list with the key %s, when its n is %d", k, counted)
			}
		case counted >= 0 && k.String() == "n" && !whole:
		case t.IsList():
			err = Cannot("a list with the key %s", shownKey(k))
		default:
			err = Cannot("a table with the keys of a list and the key %s", shownKey(k))
		}
	}
	if counted >= 0 && err == nil {
		if n > counted {
			err = Cannot("a list with the key %d, when its n is %d", n, counted)
		}
		n = counted
	}
	return n, true, counted >= 0, err
}

// Items says that the n items of a list are about to be written behind have bytes, with at least two bytes each, and hole bytes for one
// that is not there: a list may say in its n that it has two billions. An error is to be returned at once.
func Items(c *interp.Call, t interp.Table, have, n, hole int) error {
	there := 0
	if n > t.Len() {
		for range t.Fields() {
			there++
		}
	}
	there = min(n, there+t.Len())
	return c.Room(int(min(int64(have)+2*int64(there)+int64(hole)*int64(n-there), math.MaxInt)))
}

// Hole is the error of a list that lacks an item and does not say how many it has.
func Hole() error {
	return Hinted(Cannot("a list with holes (nil)"), "json.null keeps a place, as does table.pack")
}

// Key is the name of a field of a map: its keys are strings.
func Key(k interp.Value) (string, error) {
	if k.Type() == "string" {
		return k.String(), nil
	}
	if i, ok := k.Int(); ok && i >= 1 {
		return "", Cannot("a list with holes (it has the key %s, and not 1)", k)
	}
	return "", Cannot("a table with the key %s", shownKey(k))
}

func shownKey(k interp.Value) string {
	switch k.Type() {
	case "string":
		s := k.String()
		if len(s) > 60 {
			s = s[:60] + "..."
		}
		return fmt.Sprintf("%q", s)
	case "number", "boolean":
		return k.String()
	}
	return "of the type " + k.Type()
}

// TypeOf names a value that cannot be encoded.
func TypeOf(v interp.Value) string {
	if mt, ok := v.Metatable(); ok && v.Type() == "userdata" {
		if name, ok := mt.Field("__metatable").Text(); ok {
			return name
		}
	}
	return v.Type()
}

// Meter is what an encoder has told of the text that it writes.
type Meter struct{ counted, asked int }

// Wrote says that the text has n bytes by now: they count as work, and there must be room for them. It looks every 4 KiB, and is to be
// called for each value. An error is to be returned at once.
func (m *Meter) Wrote(c *interp.Call, n int) error {
	if n-m.counted < 4096 {
		return nil
	}
	return m.Ends(c, n)
}

// Ends is Wrote of the whole text: it looks whatever there is.
func (m *Meter) Ends(c *interp.Call, n int) error {
	if err := c.Spend(n - m.counted); err != nil {
		return err
	}
	m.counted = n
	if n > m.asked {
		m.asked = 2 * n
		return c.Room(n)
	}
	return nil
}
