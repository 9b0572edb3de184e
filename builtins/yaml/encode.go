package yaml

import (
	"math"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/lull-lua/lull/builtins/internal/data"
	"github.com/lull-lua/lull/interp"
)

// encoder is one value under way, written in blocks.
type encoder struct {
	c      *interp.Call
	sort   bool
	indent int
	out    []byte
	way    data.Way
	meter  data.Meter
}

func (e *encoder) count() error { return e.meter.Wrote(e.c, len(e.out)) }

func (e *encoder) line(level int) {
	e.out = append(e.out, '\n')
	for range level * e.indent {
		e.out = append(e.out, ' ')
	}
}

// value writes v where it stands; its further lines are at level. behind says that a key or dash stands before it in the line.
func (e *encoder) value(v interp.Value, level int, behind bool) (err error) {
	if t, ok := v.Table(); ok {
		err = e.table(t, level, behind)
	} else {
		if behind {
			e.out = append(e.out, ' ')
		}
		err = e.scalar(v, level)
	}
	if err == nil {
		err = e.count()
	}
	return err
}

func (e *encoder) table(t interp.Table, level int, behind bool) error {
	n, isList, holes, err := data.ListLen(t)
	if err != nil {
		return err
	}
	if err := e.way.Enter(t, data.MaxDepth); err != nil {
		return err
	}
	defer func() { e.way = e.way[:len(e.way)-1] }()
	if isList {
		if n == 0 {
			return e.empty("[]", behind)
		}
		if err := data.Items(e.c, t, len(e.out), n, len("- null\n")); err != nil {
			return err
		}
		for i := 1; i <= n; i++ {
			if i > 1 || behind {
				e.line(level)
			}
			e.out = append(e.out, '-')
			v := t.Index(i)
			if v.IsNil() && !holes {
				return data.AtIndex(data.Hole(), i)
			}
			if err := e.item(v, level); err != nil {
				return data.AtIndex(err, i)
			}
		}
		return nil
	}
	type pair struct {
		name  string
		value interp.Value
	}
	var all []pair
	for k, v := range t.All() {
		name, err := data.Key(k)
		if err != nil {
			return err
		}
		all = append(all, pair{name, v})
	}
	if err := e.c.Spend(32 * len(all)); err != nil {
		return err
	}
	if len(all) == 0 {
		return e.empty("{}", behind)
	}
	if e.sort {
		slices.SortFunc(all, func(a, b pair) int { return strings.Compare(a.name, b.name) })
	}
	for i, p := range all {
		if i > 0 || behind {
			e.line(level)
		}
		if !utf8.ValidString(p.name) {
			return data.Cannot("a name that is no UTF-8 (%.60q)", p.name)
		}
		long := len(p.name) > 120 // a key of more than 1,024 characters needs a mark
		if long {
			e.out = append(e.out, "? "...)
		}
		e.out = appendText(e.out, p.name)
		if long {
			e.line(level)
		}
		e.out = append(e.out, ':')
		if err := e.value(p.value, level+1, true); err != nil {
			return data.AtField(err, p.name)
		}
	}
	return nil
}

func (e *encoder) empty(s string, behind bool) error {
	if behind {
		e.out = append(e.out, ' ')
	}
	e.out = append(e.out, s...)
	return nil
}

// item writes what stands behind a dash: a mapping begins in its line.
func (e *encoder) item(v interp.Value, level int) error {
	if t, ok := v.Table(); ok && e.indent >= 2 {
		if _, isList, _, err := data.ListLen(t); err == nil && !isList {
			for range e.indent - 1 {
				e.out = append(e.out, ' ')
			}
			return e.value(v, level+1, false)
		}
	}
	return e.value(v, level+1, true)
}

func (e *encoder) scalar(v interp.Value, level int) error {
	if n, ok := v.Number(); ok {
		e.out = appendNumber(e.out, n)
		return nil
	}
	if s, ok := v.Text(); ok {
		return e.text(s, level)
	}
	switch v.Type() {
	case "nil":
		e.out = append(e.out, "null"...)
		return nil
	case "boolean":
		if v.Truth() {
			e.out = append(e.out, "true"...)
		} else {
			e.out = append(e.out, "false"...)
		}
		return nil
	}
	switch o := v.Object().(type) {
	case *data.Number:
		e.out = append(e.out, o.Text()...)
		return nil
	case *interp.Error:
		return e.text(o.Error(), level)
	}
	if data.IsNull(v) {
		e.out = append(e.out, "null"...)
		return nil
	}
	return data.Cannot("%s", data.TypeOf(v))
}

func appendNumber(b []byte, f float64) []byte {
	switch {
	case math.IsNaN(f):
		return append(b, ".nan"...)
	case math.IsInf(f, 1):
		return append(b, ".inf"...)
	case math.IsInf(f, -1):
		return append(b, "-.inf"...)
	case f == 0 && math.Signbit(f):
		return append(b, "-0.0"...)
	}
	s := data.Format(f)
	if i := strings.IndexByte(s, 'e'); i >= 0 && !strings.Contains(s, ".") { // readers of YAML 1.1 take 1e+300 for a string
		s = s[:i] + ".0" + s[i:]
	}
	return append(b, s...)
}

// text writes a string: of several lines as a block, where that says the same.
func (e *encoder) text(s string, level int) error {
	if !utf8.ValidString(s) {
		return data.Hinted(data.Cannot("a string that is no UTF-8"), "base64.encode makes text of bytes")
	}
	if level == 0 || !blocky(s) {
		e.out = appendText(e.out, s)
		return nil
	}
	body, kept := strings.CutSuffix(s, "\n")
	e.out = append(e.out, '|')
	if !kept {
		e.out = append(e.out, '-')
	}
	for l := range strings.SplitSeq(body, "\n") {
		if l == "" {
			e.out = append(e.out, '\n')
			continue
		}
		e.line(level)
		e.out = append(e.out, l...)
	}
	return nil
}

// blocky reports whether a block of lines stands for s.
func blocky(s string) bool {
	if !strings.Contains(strings.TrimSuffix(s, "\n"), "\n") || strings.HasSuffix(s, "\n\n") || strings.IndexByte(" \t\n", s[0]) >= 0 {
		return false
	}
	for l := range strings.SplitSeq(s, "\n") {
		if l != "" && strings.IndexByte(" \t", l[len(l)-1]) >= 0 {
			return false
		}
		for _, r := range l {
			if r != '\t' && !printable(r) {
				return false
			}
		}
	}
	return true
}

func printable(r rune) bool {
	return r >= ' ' && r < 0x7f || r >= 0xa0 && r != 0xfeff && r != 0x2028 && r != 0x2029 && r < 0xfffe && (r < 0xd800 || r > 0xdfff) || r > 0xffff
}

// words are what readers of YAML 1.1 or 1.2 take for something else than a string.
var words = map[string]bool{"y": true, "n": true, "yes": true, "no": true, "on": true, "off": true, "true": true, "false": true, "null": true}

// plain reports whether s is a string to every reader as it stands. All that begins with neither a letter nor / nor _ is quoted: numbers,
// dates, times.
func plain(s string) bool {
	if s == "" || len(s) > 1000 || words[strings.ToLower(s)] || s[len(s)-1] == ' ' {
		return false
	}
	for i, r := range s {
		letter := r == '_' || r == '/' || r < utf8.RuneSelf && (r|0x20 >= 'a' && r|0x20 <= 'z') || r >= utf8.RuneSelf && unicode.IsLetter(r)
		switch {
		case letter:
		case i == 0:
			return false
		case r >= '0' && r <= '9', strings.ContainsRune(" .-+@()=~$%^;", r):
		case r == ':' && i+1 < len(s) && s[i+1] != ' ':
		default:
			return false
		}
	}
	return true
}

// appendText appends s in one line, in double quotes unless it is plain.
func appendText(b []byte, s string) []byte {
	if plain(s) {
		return append(b, s...)
	}
	b = append(b, '"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			b = append(b, '\\', byte(r))
		case r == '\n':
			b = append(b, `\n`...)
		case r == '\t':
			b = append(b, `\t`...)
		case r == '\r':
			b = append(b, `\r`...)
		case printable(r):
			b = utf8.AppendRune(b, r)
		case r > 0xffff:
			b = append(b, `\U`...)
			b = appendHex(b, r, 8)
		default:
			b = append(b, `\u`...)
			b = appendHex(b, r, 4)
		}
	}
	return append(b, '"')
}

func appendHex(b []byte, r rune, digits int) []byte {
	for i := digits - 1; i >= 0; i-- {
		b = append(b, "0123456789abcdef"[r>>(4*i)&15])
	}
	return b
}
