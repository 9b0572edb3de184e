package csv

import (
	"math"
	"strconv"
	"strings"

	"github.com/lull-lua/lull/builtins/internal/data"
	"github.com/lull-lua/lull/builtins/internal/stream"
	"github.com/lull-lua/lull/interp"
)

// format is how rows are written.
type format struct {
	separator byte
	header    bool
	crlf, bom bool
	quoteAll  bool
	columns   []string // nil: those of the first row
	lists     bool     // rows are lists, as the first one was
	begun     bool
	line      []byte
	meter     data.Meter
}

// row appends a row, and before the first one what stands at the beginning.
func (f *format) row(c *interp.Call, b []byte, t interp.Table) ([]byte, error) {
	list := t.Len() > 0 || t.IsList()
	if !f.begun {
		f.lists = list
		if f.columns == nil && !list {
			for k := range t.All() {
				name, err := data.Key(k)
				if err != nil {
					return b, err
				}
				f.columns = append(f.columns, name)
			}
			if len(f.columns) == 0 {
				return b, data.Cannot("a row without fields")
			}
		}
		b = f.begin(b)
	}
	switch {
	case list != f.lists && list:
		return b, data.Cannot("a list, where the first row has names")
	case list != f.lists:
		return b, data.Cannot("a row with names, where the first row is a list")
	case list:
		return f.listed(c, b, t)
	}
	return f.named(c, b, t)
}

// begin appends what stands before the first row.
func (f *format) begin(b []byte) []byte {
	f.begun = true
	if f.bom {
		b = append(b, "\ufeff"...)
	}
	if f.header && f.columns != nil {
		for i, name := range f.columns {
			b = f.field(b, name, i, len(f.columns))
		}
		b = f.end(b)
	}
	return b
}

func (f *format) listed(c *interp.Call, b []byte, t interp.Table) ([]byte, error) {
	n, _, _, err := data.ListLen(t)
	if err != nil {
		return b, err
	}
	if f.columns != nil && n != len(f.columns) {
		return b, data.Cannot("%s, where there are %d columns", count(n), len(f.columns))
	}
	if n == 0 {
		return b, data.Cannot("a row without fields")
	}
	if err := c.Room(len(b) + n); err != nil { // a list says itself how many items it has
		return b, err
	}
	for i := 1; i <= n; i++ {
		s, err := text(t.Index(i))
		if err != nil {
			return b, data.AtIndex(err, i)
		}
		b = f.field(b, s, i-1, n)
		if err := f.meter.Wrote(c, len(b)); err != nil {
			return b, err
		}
	}
	return f.end(b), nil
}

func (f *format) named(c *interp.Call, b []byte, t interp.Table) ([]byte, error) {
	found := 0
	for i, name := range f.columns {
		v := t.Field(name)
		if !v.IsNil() {
			found++
		}
		s, err := text(v)
		if err != nil {
			return b, data.AtField(err, name)
		}
		b = f.field(b, s, i, len(f.columns))
		if err := f.meter.Wrote(c, len(b)); err != nil {
			return b, err
		}
	}
	fields := 0
	for range t.All() {
		fields++
	}
	if fields > found {
		return b, f.unknown(t)
	}
	return f.end(b), nil
}

// unknown is the error of a row that has a field which is no column.
func (f *format) unknown(t interp.Table) error {
	for k := range t.All() {
		name, err := data.Key(k)
		if err != nil {
			return err
		}
		if !f.has(name) {
			return data.Hinted(data.Cannot("the field %q, which is no column", cut(name)), "columns = { ... } names them all")
		}
	}
	return nil
}

func (f *format) has(name string) bool {
	for _, c := range f.columns {
		if c == name {
			return true
		}
	}
	return false
}

func (f *format) end(b []byte) []byte {
	if f.crlf {
		b = append(b, '\r')
	}
	return append(b, '\n')
}

// field appends the i-th of n fields.
func (f *format) field(b []byte, s string, i, n int) []byte {
	if i > 0 {
		b = append(b, f.separator)
	}
	if !f.quoteAll && !f.needsQuotes(s, i, n) {
		return append(b, s...)
	}
	b = append(b, '"')
	for {
		at := strings.IndexByte(s, '"')
		if at < 0 {
			break
		}
		b = append(b, s[:at+1]...)
		b = append(b, '"')
		s = s[at+1:]
	}
	return append(append(b, s...), '"')
}

// needsQuotes reports whether s, the i-th of n fields, would be read back as something else.
func (f *format) needsQuotes(s string, i, n int) bool {
	if s == "" {
		return n == 1 // a blank line is no row
	}
	for at := range len(s) {
		switch s[at] {
		case f.separator, '"', '\n', '\r':
			return true
		}
	}
	first, last := s[0], s[len(s)-1]
	return first == ' ' || first == '\t' || last == ' ' || last == '\t' || i == 0 && first == '#' || strings.HasPrefix(s, "\ufeff") ||
		strings.HasPrefix(s, "\xff\xfe") || strings.HasPrefix(s, "\xfe\xff")
}

// text is a value as a field.
func text(v interp.Value) (string, error) {
	if n, ok := v.Number(); ok {
		if math.IsNaN(n) || math.IsInf(n, 0) {
			return "", data.Cannot("%s", v)
		}
		return data.Format(n), nil
	}
	if s, ok := v.Text(); ok {
		return s, nil
	}
	if v.Type() == "boolean" {
		return strconv.FormatBool(v.Truth()), nil
	}
	if v.IsNil() || data.IsNull(v) {
		return "", nil
	}
	switch o := v.Object().(type) {
	case *data.Number:
		return o.Text(), nil
	case *interp.Error:
		return o.Error(), nil
	}
	return "", data.Cannot("%s", data.TypeOf(v))
}

// writer is what csv.writer returns.
type writer struct {
	format
	sink *stream.Sink
	rows int
}

// Contents implements interp.Container.
func (w *writer) Contents(yield func(v interp.Value)) { w.sink.Contents(yield) }

// write is w:write(row).
func write(c *interp.Call) error {
	w := interp.Self[*writer](c)
	t, ok := c.Arg(1).Table()
	if !ok {
		return c.ArgError(1, "table expected, got "+data.TypeOf(c.Arg(1)))
	}
	if err := c.Checkpoint(); err != nil {
		return err
	}
	if w.sink.Closed() {
		return interp.Errorf(interp.KindClosed, "csv.writer: the writer is closed")
	}
	w.meter = data.Meter{}
	line, err := w.row(c, w.line[:0], t)
	if u, ok := err.(*data.Unreadable); ok {
		return interp.Errorf(interp.KindError, "csv.writer: %w", data.AtIndex(u, w.rows+1))
	}
	if err == nil {
		err = w.meter.Ends(c, len(line))
	}
	if err != nil {
		return err
	}
	w.rows++
	if w.line = line; cap(line) > 64<<10 {
		w.line = nil
	}
	piece, err := c.Value(line)
	if err != nil {
		return err
	}
	return w.sink.Write(c, piece)
}

// closeWriter is w:close().
func closeWriter(c *interp.Call) error {
	w := interp.Self[*writer](c)
	if !w.sink.Closed() && !w.begun {
		if head := w.begin(nil); len(head) > 0 {
			piece, err := c.Value(head)
			if err == nil {
				err = w.sink.Write(c, piece)
			}
			if err != nil {
				return err
			}
		}
	}
	return w.sink.Close(c)
}
