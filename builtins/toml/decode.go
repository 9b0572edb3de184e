package toml

import (
	"strings"
	"unicode/utf8"

	"github.com/lull-lua/lull/builtins/internal/data"
	"github.com/lull-lua/lull/interp"
)

// How a table came to be decides what may still be added to it.
type origin byte

const (
	implicit origin = iota // by a header of a table inside it
	header                 // by its own
	dotted                 // by dotted keys, in one section
	inline                 // by braces, whole
)

// table is a table under way, its names in the order of the text.
type table struct {
	origin  origin
	section int // of dotted keys
	names   []string
	values  map[string]any // *table, *list or interp.Value
}

func newTable(o origin) *table { return &table{origin: o, values: map[string]any{}} }

func (t *table) set(name string, v any) {
	t.names = append(t.names, name)
	t.values[name] = v
}

// list is an array under way.
type list struct {
	items  []any
	static bool // in brackets: whole
}

// decoder is one text under way, by TOML 1.0.
type decoder struct {
	s       string
	i       int
	w       *interp.Work
	numbers data.Numbers
	data.Objects
	root    *table
	section int
	depth   int
}

func (d *decoder) errorf(at int, format string, args ...any) error {
	return data.ParseError("toml.decode", "", d.s, at, format, args...)
}

func (d *decoder) decode() (interp.Value, error) {
	for i := 0; i < len(d.s); {
		r, n := utf8.DecodeRuneInString(d.s[i:])
		if r == utf8.RuneError && n <= 1 {
			return interp.Value{}, d.errorf(i, "invalid UTF-8: the byte 0x%02X", d.s[i])
		}
		i += n
	}
	if strings.HasPrefix(d.s, "\ufeff") {
		d.i = len("\ufeff")
	}
	d.root = newTable(header)
	current := d.root
	for {
		d.space()
		if d.i >= len(d.s) {
			break
		}
		var err error
		switch d.s[d.i] {
		case '\n', '\r', '#':
		case '[':
			current, err = d.header()
		default:
			err = d.pair(current, false)
		}
		if err == nil {
			err = d.lineEnd()
		}
		if err == nil {
			err = d.w.Did(16)
		}
		if err != nil {
			return interp.Value{}, err
		}
	}
	return d.value(d.root)
}

// value makes tables of what was read.
func (d *decoder) value(v any) (interp.Value, error) {
	if err := d.w.Did(16); err != nil {
		return interp.Value{}, err
	}
	switch v := v.(type) {
	case interp.Value:
		return v, nil
	case *list:
		items := make([]interp.Value, len(v.items))
		for i, item := range v.items {
			var err error
			if items[i], err = d.value(item); err != nil {
				return interp.Value{}, err
			}
		}
		return d.w.List(items).Value(), nil
	case *table:
		pairs := make([]interp.Value, 0, 2*len(v.names))
		for _, name := range v.names {
			x, err := d.value(v.values[name])
			if err != nil {
				return x, err
			}
			pairs = append(pairs, d.w.Name(name), x)
		}
		return d.w.Map(pairs).Value(), nil
	}
	return interp.Value{}, nil
}

func (d *decoder) space() {
	for d.i < len(d.s) && (d.s[d.i] == ' ' || d.s[d.i] == '\t') {
		d.i++
	}
}

// newline takes a line's end, if there is one.
func (d *decoder) newline() bool {
	switch rest := d.s[d.i:]; {
	case strings.HasPrefix(rest, "\n"):
		d.i++
	case strings.HasPrefix(rest, "\r\n"):
		d.i += 2
	default:
		return false
	}
	return true
}

// comment takes a comment, up to the line's end.
func (d *decoder) comment() error {
	if d.i >= len(d.s) || d.s[d.i] != '#' {
		return nil
	}
	for d.i < len(d.s) && d.s[d.i] != '\n' {
		c := d.s[d.i]
		if c == '\r' && d.i+1 < len(d.s) && d.s[d.i+1] == '\n' {
			break
		}
		if c < ' ' && c != '\t' || c == 0x7f {
			return d.errorf(d.i, "the control character U+%04X inside a comment", c)
		}
		d.i++
	}
	return nil
}

// lineEnd takes what may stand behind a pair or header.
func (d *decoder) lineEnd() error {
	d.space()
	if err := d.comment(); err != nil {
		return err
	}
	if d.i >= len(d.s) || d.newline() {
		return nil
	}
	return d.errorf(d.i, "the line's end is expected, this is %s", data.Byte(d.s, d.i))
}

// blank takes spaces, comments and lines' ends, as between the items of a list.
func (d *decoder) blank() error {
	for {
		d.space()
		if err := d.comment(); err != nil {
			return err
		}
		if !d.newline() {
			return nil
		}
	}
}

func isBare(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_' || c == '-'
}

// key reads a key and its parts, with the place of each.
func (d *decoder) key() (parts []string, at []int, err error) {
	for {
		d.space()
		start := d.i
		var part string
		switch {
		case d.i >= len(d.s):
			return nil, nil, d.errorf(d.i, "the text ends where a key is expected")
		case d.s[d.i] == '"' || d.s[d.i] == '\'':
			if strings.HasPrefix(d.s[d.i:], `"""`) || strings.HasPrefix(d.s[d.i:], "'''") {
				return nil, nil, d.errorf(d.i, "a key stands in one line, and not in three quotes")
			}
			if part, err = d.text(); err != nil {
				return nil, nil, err
			}
		default:
			for d.i < len(d.s) && isBare(d.s[d.i]) {
				d.i++
			}
			if part = d.s[start:d.i]; part == "" {
				return nil, nil, d.errorf(d.i, "a key is expected, this is %s; a key with other characters than A-Z a-z 0-9 _ - stands in quotes", data.Byte(d.s, d.i))
			}
		}
		parts, at = append(parts, part), append(at, start)
		if len(parts) > data.MaxDepth {
			return nil, nil, d.errorf(start, "tables inside tables more than %d deep", data.MaxDepth)
		}
		d.space()
		if d.i >= len(d.s) || d.s[d.i] != '.' {
			return parts, at, nil
		}
		d.i++
	}
}

// header reads [a.b] or [[a.b]], and gives the table that the pairs behind it are for.
func (d *decoder) header() (*table, error) {
	start := d.i
	array := strings.HasPrefix(d.s[d.i:], "[[")
	end := "]"
	d.i++
	if array {
		d.i++
		end = "]]"
	}
	parts, at, err := d.key()
	if err != nil {
		return nil, err
	}
	if !strings.HasPrefix(d.s[d.i:], end) {
		return nil, d.errorf(d.i, "'%s' is expected at the end of the header, this is %s", end, data.Byte(d.s, d.i))
	}
	d.i += len(end)
	d.section++
	t := d.root
	last := len(parts) - 1
	for i, name := range parts[:last] {
		switch v := t.values[name].(type) {
		case nil:
			next := newTable(implicit)
			t.set(name, next)
			t = next
		case *table:
			if v.origin == inline {
				return nil, d.errorf(at[i], "'%s' is a table in braces, to which nothing can be added", name)
			}
			t = v
		case *list:
			if v.static {
				return nil, d.errorf(at[i], "'%s' is a list in brackets, to which nothing can be added", name)
			}
			t = v.items[len(v.items)-1].(*table)
		default:
			return nil, d.errorf(at[i], "'%s' has a value already, which is no table", name)
		}
	}
	name := parts[last]
	switch v := t.values[name].(type) {
	case nil:
		next := newTable(header)
		if array {
			t.set(name, &list{items: []any{next}})
		} else {
			t.set(name, next)
		}
		return next, nil
	case *table:
		if !array && v.origin == implicit {
			v.origin = header
			return v, nil
		}
	case *list:
		if array && !v.static {
			next := newTable(header)
			v.items = append(v.items, next)
			return next, nil
		}
	}
	return nil, d.errorf(start, "'%s' is defined twice", strings.Join(parts, "."))
}

// pair reads key = value into t.
func (d *decoder) pair(t *table, inBraces bool) error {
	parts, at, err := d.key()
	if err != nil {
		return err
	}
	if d.i >= len(d.s) || d.s[d.i] != '=' {
		return d.errorf(d.i, "'=' is expected behind a key, this is %s", data.Byte(d.s, d.i))
	}
	d.i++
	d.space()
	last := len(parts) - 1
	for i, name := range parts[:last] {
		switch v := t.values[name].(type) {
		case nil:
			next := newTable(dotted)
			next.section = d.section
			t.set(name, next)
			t = next
		case *table:
			if v.origin != dotted || !inBraces && v.section != d.section {
				return d.errorf(at[i], "'%s' is defined elsewhere: dotted keys cannot add to it", name)
			}
			t = v
		default:
			return d.errorf(at[i], "'%s' has a value already, which is no table", name)
		}
	}
	if _, there := t.values[parts[last]]; there {
		return d.errorf(at[last], "the key '%s' is there twice", short(parts[last]))
	}
	v, err := d.any()
	if err != nil {
		return err
	}
	t.set(parts[last], v)
	return nil
}

func short(s string) string {
	if len(s) > 60 {
		return strings.ToValidUTF8(s[:60], "") + "..."
	}
	return s
}

// any reads a value.
func (d *decoder) any() (any, error) {
	if d.i >= len(d.s) {
		return nil, d.errorf(d.i, "the text ends where a value is expected")
	}
	switch d.s[d.i] {
	case '"', '\'':
		s, err := d.text()
		if err != nil {
			return nil, err
		}
		return d.w.Text(s), d.w.Did(len(s))
	case '[', '{':
		if d.depth++; d.depth > data.MaxDepth {
			return nil, d.errorf(d.i, "values inside values more than %d deep", data.MaxDepth)
		}
		defer func() { d.depth-- }()
		if d.s[d.i] == '{' {
			return d.braces()
		}
		return d.brackets()
	}
	return d.scalar()
}

func (d *decoder) brackets() (any, error) {
	l := &list{static: true}
	open := d.i
	d.i++
	for {
		if err := d.blank(); err != nil {
			return nil, err
		}
		if d.i >= len(d.s) {
			line, _ := data.Position(d.s, open)
			return nil, d.errorf(d.i, "the text ends inside the list that begins in line %d", line)
		}
		if d.s[d.i] == ']' {
			d.i++
			return l, nil
		}
		v, err := d.any()
		if err != nil {
			return nil, err
		}
		l.items = append(l.items, v)
		if err := d.w.Did(8); err != nil {
			return nil, err
		}
		if err := d.blank(); err != nil {
			return nil, err
		}
		if d.i < len(d.s) && d.s[d.i] == ',' {
			d.i++
		} else if d.i < len(d.s) && d.s[d.i] != ']' {
			return nil, d.errorf(d.i, "',' or ']' is expected, this is %s", data.Byte(d.s, d.i))
		}
	}
}

func (d *decoder) braces() (any, error) {
	t := newTable(inline)
	d.i++
	d.space()
	if d.i < len(d.s) && d.s[d.i] == '}' {
		d.i++
		return t, nil
	}
	for {
		d.space()
		if d.i < len(d.s) && d.s[d.i] == '}' {
			return nil, d.errorf(d.i, "a comma before '}': TOML has none after the last pair")
		}
		if d.i < len(d.s) && (d.s[d.i] == '\n' || d.s[d.i] == '\r' || d.s[d.i] == '#') {
			return nil, d.errorf(d.i, "a table in braces stands in one line")
		}
		if err := d.pair(t, true); err != nil {
			return nil, err
		}
		if err := d.w.Did(8); err != nil {
			return nil, err
		}
		d.space()
		switch {
		case d.i < len(d.s) && d.s[d.i] == ',':
			d.i++
		case d.i < len(d.s) && d.s[d.i] == '}':
			d.i++
			closed(t)
			return t, nil
		case d.i < len(d.s) && (d.s[d.i] == '\n' || d.s[d.i] == '\r' || d.s[d.i] == '#'):
			return nil, d.errorf(d.i, "a table in braces stands in one line")
		default:
			return nil, d.errorf(d.i, "',' or '}' is expected, this is %s", data.Byte(d.s, d.i))
		}
	}
}

// closed makes whole what dotted keys have made inside braces.
func closed(t *table) {
	for _, v := range t.values {
		if sub, ok := v.(*table); ok && sub.origin == dotted {
			closed(sub)
		}
	}
	t.origin = inline
}
