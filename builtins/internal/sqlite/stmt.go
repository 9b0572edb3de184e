//go:build !js && !wasip1

package sqlite

import (
	"slices"

	"modernc.org/libc"
	lib "modernc.org/sqlite/lib"
)

// Stmt is a statement.
type Stmt struct {
	c       *Conn
	p       uintptr
	text    string
	cached  bool    // it may be kept when it is done
	buf     uintptr // of C's memory, for texts and blobs that parameters are bound to
	size    int     // of buf
	used    int     // of it
	bound   bool    // parameters are
	names   []string
	columns []string
}

// Script is a text of statements, which are read one after the other.
type Script struct {
	c      *Conn
	text   string
	p      uintptr // the text in C's memory, with a zero behind it: SQLite would copy all that is left for each statement
	at     int
	cached *Stmt // the whole text was kept as one statement
}

// Script begins to read a text. Close it.
func (c *Conn) Script(text string) (*Script, error) {
	x := c.spare
	if c.spare = nil; x == nil {
		x = &Script{}
	}
	*x = Script{c: c, text: text}
	if s := c.cache[text]; s != nil {
		delete(c.cache, text)
		i := slices.Index(c.order, s)
		c.order = slices.Delete(c.order, i, i+1)
		x.cached = s
		return x, nil
	}
	var err error
	if x.p, err = libc.CString(text); err != nil {
		return nil, &Error{Code: lib.SQLITE_NOMEM, Message: err.Error(), Offset: -1}
	}
	return x, nil
}

// Close gives back what Script has taken, itself too. Statements that were read go on.
func (x *Script) Close() {
	if x.cached != nil {
		x.cached.Done()
	}
	if x.p != 0 {
		libc.Xfree(x.c.tls, x.p)
	}
	c := x.c
	*x = Script{}
	c.spare = x
}

// Next is the next statement; nil at the end. Give it back by Done.
func (x *Script) Next() (*Stmt, error) {
	if s := x.cached; s != nil {
		x.cached, x.at = nil, len(x.text)
		return s, nil
	}
	c := x.c
	for x.at < len(x.text) {
		from := x.at
		rc := lib.Xsqlite3_prepare_v3(c.tls, c.db, x.p+uintptr(from), int32(len(x.text)-from+1), lib.SQLITE_PREPARE_PERSISTENT, c.out, c.out+pointerSize)
		if rc != lib.SQLITE_OK {
			err := c.failure(rc)
			if e, ok := err.(*Error); ok && e.Offset >= 0 {
				e.Offset += from
			}
			return nil, err
		}
		p := c.pointer(0)
		end := int(c.pointer(1) - x.p)
		if p == 0 { // a comment; or a zero byte, at which SQLite takes the text to end
			if x.at = end; end <= from || end < len(x.text) && x.text[end] == 0 {
				return nil, &Error{Code: lib.SQLITE_ERROR, Message: "a zero byte in the statement", Offset: end}
			}
			continue
		}
		x.at = end
		s := &Stmt{c: c, p: p, text: x.text}
		if c.live != nil {
			c.live[s] = true
		}
		s.cached = from == 0 && end == len(x.text) && end <= maxCachedText
		if n := lib.Xsqlite3_bind_parameter_count(c.tls, p); n > 0 {
			s.names = make([]string, n)
			for i := range s.names {
				s.names[i] = libc.GoString(lib.Xsqlite3_bind_parameter_name(c.tls, p, int32(i+1)))
			}
		}
		return s, nil
	}
	return nil, nil
}

// Done gives the statement back: it may be used no more.
func (s *Stmt) Done() {
	s.Reset()
	c := s.c
	if !s.cached || c.cache == nil || c.cache[s.text] != nil {
		s.finalize()
		return
	}
	if len(c.order) == maxCached {
		old := c.order[0]
		c.order = slices.Delete(c.order, 0, 1)
		delete(c.cache, old.text)
		old.finalize()
	}
	s.columns = nil // somebody may change the table
	c.cache[s.text] = s
	c.order = append(c.order, s)
}

func (s *Stmt) finalize() {
	if s.p == 0 {
		return
	}
	delete(s.c.live, s)
	lib.Xsqlite3_finalize(s.c.tls, s.p) // it repeats the error of the last step, which was told
	s.freeBuffer()
	s.p = 0
}

func (s *Stmt) freeBuffer() {
	if s.buf != 0 {
		libc.Xfree(s.c.tls, s.buf)
		s.buf, s.size = 0, 0
	}
}

// maxKeptBuffer bounds the memory that a statement keeps for its next parameters.
const maxKeptBuffer = 64 << 10

// Reset makes it ready to run again, without parameters.
func (s *Stmt) Reset() {
	lib.Xsqlite3_reset(s.c.tls, s.p) // likewise
	if s.bound {
		lib.Xsqlite3_clear_bindings(s.c.tls, s.p)
		s.bound = false
	}
	if s.used = 0; s.size > maxKeptBuffer {
		s.freeBuffer()
	}
}

// Again makes it ready to run again with the same parameters.
func (s *Stmt) Again() { lib.Xsqlite3_reset(s.c.tls, s.p) }

// Params are the names of its parameters, with what they begin with (":id", "?2"), or "" for a plain "?".
func (s *Stmt) Params() []string { return s.names }

// ReadOnly reports whether it leaves the database as it is.
func (s *Stmt) ReadOnly() bool { return lib.Xsqlite3_stmt_readonly(s.c.tls, s.p) != 0 }

// Kind is what a value is.
type Kind int

// The kinds of values, with SQLite's numbers.
const (
	Integer Kind = lib.SQLITE_INTEGER
	Real    Kind = lib.SQLITE_FLOAT
	Text    Kind = lib.SQLITE3_TEXT
	Blob    Kind = lib.SQLITE_BLOB
	Null    Kind = lib.SQLITE_NULL
)

// Value is a value that a parameter is bound to.
type Value struct {
	Kind Kind
	Int  int64
	Real float64
	Text string // or a blob
}

// Bind gives all parameters their values, of which there are as many as parameters.
func (s *Stmt) Bind(values []Value) error {
	need := 0
	for i := range values {
		need += len(values[i].Text)
	}
	if need > s.size {
		s.freeBuffer()
		size := max(need, 256)
		if s.buf = libc.Xmalloc(s.c.tls, libc.Tsize_t(size)); s.buf == 0 {
			return &Error{Code: lib.SQLITE_NOMEM, Message: "out of memory", Offset: -1}
		}
		s.size = size
	}
	s.used = 0
	for i := range values {
		v, rc := &values[i], int32(lib.SQLITE_OK)
		switch v.Kind {
		case Integer:
			rc = lib.Xsqlite3_bind_int64(s.c.tls, s.p, int32(i+1), v.Int)
		case Real:
			rc = lib.Xsqlite3_bind_double(s.c.tls, s.p, int32(i+1), v.Real)
		case Text, Blob:
			at := s.buf + uintptr(s.used)
			if at == 0 { // of an empty text nothing is read, but no pointer at all would be NULL
				at = s.c.out
			}
			n := len(v.Text)
			if n > 0 {
				copy(libc.GoBytes(at, n), v.Text)
				s.used += n
			}
			if v.Kind == Text {
				rc = lib.Xsqlite3_bind_text(s.c.tls, s.p, int32(i+1), at, int32(n), lib.SQLITE_STATIC)
			} else {
				rc = lib.Xsqlite3_bind_blob(s.c.tls, s.p, int32(i+1), at, int32(n), lib.SQLITE_STATIC)
			}
		default:
			rc = lib.Xsqlite3_bind_null(s.c.tls, s.p, int32(i+1))
		}
		s.bound = true
		if rc != lib.SQLITE_OK {
			return s.c.failure(rc)
		}
	}
	return nil
}

// Step runs it to its next row, and reports whether there is one.
func (s *Stmt) Step() (bool, error) {
	switch rc := lib.Xsqlite3_step(s.c.tls, s.p); rc {
	case lib.SQLITE_ROW:
		return true, nil
	case lib.SQLITE_DONE:
		return false, nil
	default:
		return false, s.c.failure(rc)
	}
}

// Columns are the names of its columns. They may change with the table, until the first row is there.
func (s *Stmt) Columns() []string {
	n := int(lib.Xsqlite3_column_count(s.c.tls, s.p))
	if len(s.columns) != n || n == 0 {
		s.columns = make([]string, n)
		for i := range s.columns {
			s.columns[i] = libc.GoString(lib.Xsqlite3_column_name(s.c.tls, s.p, int32(i)))
		}
	}
	return s.columns
}

// ColumnKind is the kind of the row's i-th value, from 0.
func (s *Stmt) ColumnKind(i int) Kind { return Kind(lib.Xsqlite3_column_type(s.c.tls, s.p, int32(i))) }

// Int is the row's i-th value, an integer.
func (s *Stmt) Int(i int) int64 { return lib.Xsqlite3_column_int64(s.c.tls, s.p, int32(i)) }

// Float is the row's i-th value, a real.
func (s *Stmt) Float(i int) float64 { return lib.Xsqlite3_column_double(s.c.tls, s.p, int32(i)) }

// Bytes are the row's i-th value, a text or blob. They are SQLite's, until the next step.
func (s *Stmt) Bytes(i int) []byte {
	p := lib.Xsqlite3_column_blob(s.c.tls, s.p, int32(i))
	n := lib.Xsqlite3_column_bytes(s.c.tls, s.p, int32(i))
	if p == 0 || n == 0 {
		return nil
	}
	return libc.GoBytes(p, int(n))
}

// Size is how long the row's i-th value is, a text or blob.
func (s *Stmt) Size(i int) int { return int(lib.Xsqlite3_column_bytes(s.c.tls, s.p, int32(i))) }
