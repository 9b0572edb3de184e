package db

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/lull-lua/lull/builtins/internal/data"
	"github.com/lull-lua/lull/builtins/internal/sqlite"
	"github.com/lull-lua/lull/interp"
)

// blob is what db.blob returns.
type blob struct{ bytes string }

// MemorySize implements interp.Sized.
func (b *blob) MemorySize() int { return 32 + len(b.bytes) }

var blobType = interp.Type{
	Name:   "db.blob",
	Of:     (*blob)(nil),
	String: func(v any) string { return fmt.Sprintf("db.blob (%d bytes)", len(v.(*blob).bytes)) },
	Equal:  func(a, b any) bool { return a.(*blob).bytes == b.(*blob).bytes },
}

// newBlob is db.blob(s).
func newBlob(c *interp.Call) error {
	s, err := c.Text(1)
	if err != nil {
		return err
	}
	return c.Return(&blob{s})
}

// integer is what db.int returns.
type integer struct{ n int64 }

var intType = interp.Type{
	Name:   "db.int",
	Of:     (*integer)(nil),
	String: func(v any) string { return strconv.FormatInt(v.(*integer).n, 10) },
	Equal:  func(a, b any) bool { return a.(*integer).n == b.(*integer).n },
	Text:   true,
}

// newInt is db.int(s).
func newInt(c *interp.Call) error {
	if n, ok := c.Arg(1).Number(); ok {
		i, ok := whole(n)
		if !ok {
			return c.ArgError(1, fmt.Sprintf("%s is no integer of 64 bits", interp.Number(n)))
		}
		return c.Return(&integer{i})
	}
	s, err := c.Text(1)
	if err != nil {
		return err
	}
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		return c.ArgError(1, fmt.Sprintf("%.60q is no integer of 64 bits", s))
	}
	return c.Return(&integer{n})
}

// whole is a number as an integer; ok is false for one with a fraction, and beyond 64 bits.
func whole(n float64) (i int64, ok bool) {
	if n != math.Trunc(n) || !(n >= -1<<63 && n < 1<<63) {
		return 0, false
	}
	return int64(n), true
}

// bound is a value as a parameter is bound to it; why says what is wrong with it, or is "".
func bound(v interp.Value) (b sqlite.Value, why string) {
	switch v.Type() {
	case "nil":
		return sqlite.Value{Kind: sqlite.Null}, ""
	case "boolean":
		if v.Truth() {
			return sqlite.Value{Kind: sqlite.Integer, Int: 1}, ""
		}
		return sqlite.Value{Kind: sqlite.Integer}, ""
	case "number":
		n, _ := v.Number()
		if i, ok := whole(n); ok {
			return sqlite.Value{Kind: sqlite.Integer, Int: i}, ""
		}
		if n != n {
			return b, "NaN, which SQLite does not have"
		}
		return sqlite.Value{Kind: sqlite.Real, Real: n}, ""
	case "string":
		s, _ := v.Text()
		return sqlite.Value{Kind: sqlite.Text, Text: s}, ""
	}
	switch o := v.Object().(type) {
	case *blob:
		return sqlite.Value{Kind: sqlite.Blob, Text: o.bytes}, ""
	case *integer:
		return sqlite.Value{Kind: sqlite.Integer, Int: o.n}, ""
	case *data.Number:
		if i, err := strconv.ParseInt(o.Text(), 10, 64); err == nil {
			return sqlite.Value{Kind: sqlite.Integer, Int: i}, ""
		}
		if f, err := strconv.ParseFloat(o.Text(), 64); err == nil && data.Holds(f, o.Text()) {
			return sqlite.Value{Kind: sqlite.Real, Real: f}, ""
		}
		return b, fmt.Sprintf("the number %.60s, which SQLite would round; tostring makes a text of it", o.Text())
	}
	if data.IsNull(v) {
		return sqlite.Value{Kind: sqlite.Null}, ""
	}
	return b, "a " + data.TypeOf(v)
}

// arguments are what a call has given for a statement's parameters.
type arguments struct {
	list  []sqlite.Value          // in order
	names map[string]sqlite.Value // or by their names; nil: they are in order
	wrong map[string]string       // names whose values cannot be bound, and what these are
}

// read reads the arguments from the i-th on: values in order, or one table with names.
func (a *arguments) read(c *interp.Call, i int) error {
	n := c.Len() - i + 1
	if n <= 0 {
		return nil
	}
	if t, ok := c.Arg(i).Table(); ok && n == 1 {
		a.names = map[string]sqlite.Value{}
		for k, v := range t.All() {
			if err := c.Spend(16); err != nil {
				return err
			}
			if k.Type() != "string" {
				continue
			}
			b, why := bound(v)
			if why != "" {
				if a.wrong == nil {
					a.wrong = map[string]string{}
				}
				a.wrong[k.String()] = why
				continue
			}
			a.names[k.String()] = b
		}
		return nil
	}
	for j := range n {
		b, why := bound(c.Arg(i + j))
		if why != "" {
			return c.ArgError(i+j, "this is "+why+": nil, a boolean, number, string, db.blob or db.int can be a parameter")
		}
		a.list = append(a.list, b)
	}
	return nil
}

// none reports whether no arguments were given.
func (a *arguments) none() bool { return a.names == nil && len(a.list) == 0 }

// wrongArgument is a bad argument that is seen when the statement is read.
type wrongArgument struct {
	i   int
	msg string
}

func (w *wrongArgument) Error() string { return w.msg }

// values are those of the parameters of a statement.
func (a *arguments) values(params []string) ([]sqlite.Value, error) {
	if a.names == nil {
		if len(a.list) != len(params) {
			return nil, &wrongArgument{2, fmt.Sprintf("the statement has %s, and %s given", plural(len(params), "parameter"), were(len(a.list)))}
		}
		return a.list, nil
	}
	values := make([]sqlite.Value, len(params))
	for i, p := range params {
		name := strings.TrimLeft(p, ":@$")
		v, ok := a.names[name]
		switch why := a.wrong[name]; {
		case p == "" || p[0] == '?':
			return nil, &wrongArgument{2, "a table has names, and the statement has a ?: give it values in order, or write :name"}
		case why != "":
			return nil, &wrongArgument{2, fmt.Sprintf("the field '%s' is %s: nil, a boolean, number, string, db.blob or db.int can be a parameter", name, why)}
		case !ok:
			return nil, &wrongArgument{2, fmt.Sprintf("the table has no field '%s' for %s (json.null is NULL)", name, p)}
		}
		values[i] = v
	}
	if len(params) == 0 {
		return nil, &wrongArgument{2, "a table was given, and the statement has no :name for one of its fields"}
	}
	return values, nil
}

func plural(n int, what string) string {
	switch n {
	case 0:
		return "no " + what
	case 1:
		return "1 " + what
	}
	return strconv.Itoa(n) + " " + what + "s"
}

func were(n int) string {
	switch n {
	case 0:
		return "none was"
	case 1:
		return "1 was"
	}
	return strconv.Itoa(n) + " were"
}

// cell is a value of a row that was read.
type cell struct {
	kind sqlite.Kind
	n    int64 // an integer, or where in the bytes of all a text or blob ends
	real float64
}

// piece is some rows, as they come from the database's goroutine.
type piece struct {
	columns []string
	names   []interp.Value // of the columns, once they are asked for
	bytes   []byte
	cells   []cell
	i, at   int // the next cell, and where its bytes begin
}

// size is what the rows take.
func (p *piece) size() int { return len(p.bytes) + 24*len(p.cells) }

func (p *piece) clear() {
	p.names, p.bytes, p.cells, p.i, p.at = nil, p.bytes[:0], p.cells[:0], 0, 0
	if cap(p.bytes) > 4*pieceSize {
		p.bytes = nil
	}
}

// empty reports whether there is no row left.
func (p *piece) empty() bool { return p.i == len(p.cells) }

// read adds the row that a statement is at.
func (p *piece) read(s *sqlite.Stmt) {
	for i := range p.columns {
		k := cell{kind: s.ColumnKind(i)}
		switch k.kind {
		case sqlite.Integer:
			k.n = s.Int(i)
		case sqlite.Real:
			k.real = s.Float(i)
		case sqlite.Text, sqlite.Blob:
			p.bytes = append(p.bytes, s.Bytes(i)...)
			k.n = int64(len(p.bytes))
		}
		p.cells = append(p.cells, k)
	}
}

// value is the next value.
func (p *piece) value(w *interp.Work) interp.Value {
	if p.empty() {
		return interp.Value{}
	}
	k := &p.cells[p.i]
	p.i++
	switch k.kind {
	case sqlite.Integer:
		if k.n > 1<<53 || k.n < -1<<53 {
			return w.Text(strconv.FormatInt(k.n, 10))
		}
		return w.Number(float64(k.n))
	case sqlite.Real:
		return w.Number(k.real)
	case sqlite.Text, sqlite.Blob:
		b := p.bytes[p.at:k.n]
		p.at = int(k.n)
		return w.Bytes(b)
	}
	return interp.Value{}
}

// row is the next row as a table.
func (p *piece) row(w *interp.Work) interp.Table {
	if p.names == nil {
		p.names = make([]interp.Value, 2*len(p.columns))
	}
	for i := range p.columns {
		if p.names[2*i].IsNil() {
			p.names[2*i] = w.Name(p.columns[i])
		}
		p.names[2*i+1] = p.value(w)
	}
	return w.Map(p.names)
}
