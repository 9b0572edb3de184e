package repl

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/lull-lua/lull/interp"
)

// What is shown of a value before it is cut with "...".
const (
	maxDepth  = 6
	maxItems  = 100  // of one table
	maxValues = 1000 // altogether
	maxText   = 2000 // bytes of a string that is the value; of one inside a table a tenth
)

// printer shows values as Lua would write them, where it can.
type printer struct {
	c      *interp.Call
	width  int // a table that fits into a line is written on one
	values int
	inside map[interp.Value]bool // the tables that are being written
	err    error                 // a __tostring was cancelled
}

func (r *REPL) newPrinter(c *interp.Call) *printer {
	return &printer{c: c, width: r.width() - 1, inside: map[interp.Value]bool{}}
}

func (p *printer) value(v interp.Value, depth int) string {
	p.values++
	switch v.Type() {
	case "string":
		s, _ := v.Text()
		limit := maxText
		if depth > 0 {
			limit /= 10
		}
		return quote(s, limit)
	case "table":
		if s, ok := p.toString(v); ok {
			return s
		}
		t, _ := v.Table()
		return p.table(t, depth)
	case "userdata":
		if s, ok := p.toString(v); ok {
			return s
		}
	}
	return v.String()
}

// toString is what the value's own __tostring says.
func (p *printer) toString(v interp.Value) (string, bool) {
	mt, ok := v.Metatable()
	if !ok || !mt.Field("__tostring").IsFunction() || p.err != nil {
		return "", false
	}
	vals, err := p.c.Protect(mt.Field("__tostring"), v)
	if e, failed := err.(*interp.Error); failed {
		return fmt.Sprintf("<__tostring: %s>", e.Error()), true
	}
	if err != nil {
		p.err = err
		return "", false
	}
	return vals.Get(1).Text()
}

// table writes the list part first, then the other keys in the order in which they were set.
func (p *printer) table(t interp.Table, depth int) string {
	id := t.Value()
	switch {
	case p.inside[id]:
		return "<cycle>"
	case depth >= maxDepth:
		return "{...}"
	}
	p.inside[id] = true
	defer delete(p.inside, id)
	var items []string
	more := 0
	i := 1
	for k, v := range t.All() {
		if p.err != nil {
			break
		}
		if len(items) >= maxItems || p.values >= maxValues {
			more++
			continue
		}
		n, isNumber := k.Number()
		if isNumber && n == float64(i) {
			i++
			items = append(items, p.value(v, depth+1))
			continue
		}
		items = append(items, p.key(k)+" = "+p.value(v, depth+1))
	}
	if more > 0 {
		items = append(items, fmt.Sprintf("... %d more", more))
	}
	return layOut(items, p.width-2*depth)
}

func (p *printer) key(k interp.Value) string {
	if s, ok := k.Text(); ok && k.Type() == "string" {
		if isName(s) {
			return s
		}
		return "[" + quote(s, maxText/10) + "]"
	}
	if k.Type() == "table" {
		return "[" + k.String() + "]"
	}
	return "[" + p.value(k, maxDepth) + "]"
}

// layOut writes a table on one line, or each item on a line of its own; where all items are short, as many on a line as
// fit.
func layOut(items []string, width int) string {
	if len(items) == 0 {
		return "{}"
	}
	line := "{" + strings.Join(items, ", ") + "}"
	if utf8.RuneCountInString(line) <= width && !strings.Contains(line, "\n") {
		return line
	}
	short := !slices.ContainsFunc(items, func(item string) bool {
		return len(item) > shortItem || strings.Contains(item, "\n")
	})
	var b strings.Builder
	b.WriteString("{\n  ")
	column := 2
	for i, item := range items {
		b.WriteString(strings.ReplaceAll(item, "\n", "\n  "))
		column += len(item) + 2
		switch {
		case i == len(items)-1:
			b.WriteString("\n}")
		case short && column+len(items[i+1]) < width:
			b.WriteString(", ")
		default:
			b.WriteString(",\n  ")
			column = 2
		}
	}
	return b.String()
}

// shortItem is how long an item may be that shares its line with others.
const shortItem = 20

func isName(s string) bool {
	return s != "" && !isDigit(s[0]) && span(s, 0, isNameByte) == len(s) && !isKeyword[s]
}

// quote writes a string as Lua reads it, but for one of more than limit bytes, of which it shows the beginning.
func quote(s string, limit int) string {
	rest := ""
	if len(s) > limit {
		end := limit
		for end > limit-utf8.UTFMax && !utf8.RuneStart(s[end]) {
			end--
		}
		rest = fmt.Sprintf("... (%d bytes)", len(s))
		s = s[:end]
	}
	var b strings.Builder
	b.WriteByte('"')
	for i := 0; i < len(s); {
		r, n := utf8.DecodeRuneInString(s[i:])
		switch {
		case r == '"' || r == '\\':
			b.WriteString("\\" + s[i:i+n])
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\t':
			b.WriteString(`\t`)
		case r == '\r':
			b.WriteString(`\r`)
		case r == utf8.RuneError && n == 1 || !unicode.IsPrint(r):
			for _, c := range []byte(s[i : i+n]) {
				fmt.Fprintf(&b, `\%03d`, c)
			}
		default:
			b.WriteString(s[i : i+n])
		}
		i += n
	}
	return b.String() + `"` + rest
}
