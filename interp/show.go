package interp

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	lua "github.com/yuin/gopher-lua"

	"github.com/lull-lua/lull/interp/internal/parser"
)

// Bounds of what is shown of a value, before it is cut with "...".
const (
	maxDepth  = 6
	maxItems  = 100    // of one table
	maxValues = 1000   // altogether
	maxMore   = 10_000 // that are counted, of those that are not shown
	maxText   = 2000   // bytes of a string that is the value; of one inside a table a tenth
)

// Show is a value as the REPL shows it: as Lua would write it, where it can, and what has a __tostring as that says. Strings are
// quoted, tables have their list first and then the other keys in the order in which they were set; one that does not fit into a
// line of width bytes is written on several. Values that are long, deep or in themselves are cut, and say so. The error is a cancellation that
// came while a __tostring ran.
func (c *Call) Show(v Value, width int) (string, error) {
	text, _, err := c.ShowMore(v, width, 1)
	return text, err
}

// ShowMore is Show that cuts so many times later, up to 100; cut reports whether it has cut.
func (c *Call) ShowMore(v Value, width, times int) (text string, cut bool, err error) {
	times = min(max(times, 1), maxTimes)
	p := printer{c: c, width: width, most: maxValues * times, times: times - 1}
	text = p.value(v, 0)
	return text, p.cut, p.err
}

const maxTimes = 100

// Bounds of what is shown of tables that nobody has caught.
const (
	errorWidth  = 79     // as of a REPL without a terminal
	errorValues = 20_000 // of all the errors of a run
	lineValues  = 50     // where there is one line for it
)

// showTables makes readable what scripts have raised as tables, in errors that a host is about to get.
func (rt *Runtime) showTables(errs []error) {
	p := printer{width: errorWidth, most: errorValues}
	n := 0
	for _, err := range errs {
		e, ok := err.(*Error)
		if !ok {
			continue
		}
		for e := range e.Attached {
			if n++; n > maxWalk {
				return
			}
			if e.rt == rt && e.shown == "" && e.isTable() {
				p.most = min(p.values+maxValues, errorValues)
				e.shown = p.value(e.Value, 0)
			}
		}
	}
}

// isTable reports whether a script has raised a table that does not say what it is as text.
func (e *Error) isTable() bool {
	lv := e.Value.lv
	return lv != nil && lv.Type() == lua.LTTable && (e.Msg == noText(lv) || e.Msg == lv.String())
}

// Brief is what Error is, but of a table that a script raised it is what is in that, in one line.
func (e *Error) Brief() string {
	if e.isTable() {
		return e.line()
	}
	return e.Error()
}

// line is what e says, where there is one line for it.
func (e *Error) line() string {
	if !e.isTable() {
		return cutLine(e.text())
	}
	p := printer{width: math.MaxInt, most: lineValues}
	return p.value(e.Value, 0)
}

// logged is e for an entry of a log: a table that was raised is told as line does.
func (e *Error) logged() error {
	if e.isTable() {
		return loggedError{e}
	}
	return e
}

// loggedError is an error with another text.
type loggedError struct{ e *Error }

func (l loggedError) Error() string { return l.e.line() }
func (l loggedError) Unwrap() error { return l.e }

// maxLine is how much of a message stands where it is told at once; the whole of it is told at the end, unless somebody has it.
const maxLine = 1000

func cutLine(text string) string {
	if len(text) <= maxLine {
		return text
	}
	return strings.ToValidUTF8(text[:maxLine], "") + fmt.Sprintf("... (%d bytes)", len(text))
}

// printer shows values.
type printer struct {
	c      *Call          // nil: a __tostring is not called
	width  int            // a table that fits into a line is written on one
	times  int            // by how many times more it cuts later than it would
	cut    bool           // it has cut something
	values int            // so far
	most   int            // of them
	left   int            // items of tables that are not shown, as far as they were counted
	inside map[Value]bool // the tables that are being written
	err    error          // a __tostring was cancelled
}

func (p *printer) value(v Value, depth int) string {
	p.values++
	switch v.Type() {
	case "string":
		s, _ := v.Text()
		limit := maxText * (1 + p.times)
		if depth > 0 {
			limit /= 10
		}
		p.cut = p.cut || len(s) > limit
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
func (p *printer) toString(v Value) (string, bool) {
	if e, ok := v.Object().(*Error); ok {
		return e.text(), true
	}
	mt, ok := v.Metatable()
	if !ok || p.c == nil || p.err != nil || !mt.Field("__tostring").IsFunction() {
		return "", false
	}
	vals, err := p.c.Protect(mt.Field("__tostring"), v)
	if e, failed := err.(*Error); failed {
		return fmt.Sprintf("<__tostring: %s>", e.text()), true
	}
	if err != nil {
		p.err = err
		return "", false
	}
	return vals.Get(1).Text()
}

// table writes the list part first, then the other keys in the order in which they were set.
func (p *printer) table(t Table, depth int) string {
	id := t.Value()
	switch {
	case p.inside[id]:
		return "<cycle>"
	case depth >= maxDepth+p.times/10:
		p.cut = true
		return "{...}"
	}
	if p.inside == nil {
		p.inside = map[Value]bool{}
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
		if len(items) >= maxItems*(1+p.times) || p.values >= p.most {
			p.cut = true
			if p.left++; p.left > maxMore {
				break
			}
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
	switch {
	case p.left > maxMore:
		items = append(items, "... more")
	case more > 0:
		items = append(items, fmt.Sprintf("... %d more", more))
	}
	return layOut(items, p.width-2*depth)
}

func (p *printer) key(k Value) string {
	if s, ok := k.Text(); ok && k.Type() == "string" {
		if len(s) <= maxText/10 && isName(s) {
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
	if Cells(line) <= width && !strings.Contains(line, "\n") {
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
		column += Cells(item) + 2
		switch {
		case i == len(items)-1:
			b.WriteString("\n}")
		case short && column+Cells(items[i+1]) < width:
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

// word reports whether s is made as a name is.
func word(s string) bool {
	for i, c := range []byte(s) {
		letter := c == '_' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
		if !letter && (i == 0 || c < '0' || c > '9') {
			return false
		}
	}
	return s != ""
}

func isName(s string) bool {
	return word(s) && !parser.IsKeyword(s)
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
