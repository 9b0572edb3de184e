package csv

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/lull-lua/lull/builtins/internal/data"
	"github.com/lull-lua/lull/builtins/internal/stream"
	"github.com/lull-lua/lull/interp"
)

// maxRow bounds a row, in bytes: a quote that is never closed would make one of all that follows.
const maxRow = 16 << 20

// dialect is how rows are written.
type dialect struct {
	separator byte
	quote     byte // 0: there are none
	comment   byte // 0: there are none
	trim      bool
	ragged    bool
	lazy      bool
}

// scanner finds the rows in a text that comes piece by piece.
type scanner struct {
	dialect
	op, path string
	buf      []byte // buf[pos:] is still to be read
	pos      int
	offset   int64 // of buf[pos]
	line     int   // of it, from 1
	last     bool  // nothing comes behind buf
	begun    bool  // it is behind a byte order mark, if there is one

	fields [][]byte // of the row: part of buf, or of plain
	plain  []byte   // of fields with quotes in them
	at     place    // of the row
	spans  []span
	room   func(n int) error // is asked before a row of many fields takes n bytes beside its text
}

// field adds a field of the row.
func (s *scanner) field(b []byte) error {
	if len(s.fields) == cap(s.fields) {
		if err := s.grow(len(s.fields)); err != nil {
			return err
		}
	}
	s.fields = append(s.fields, b)
	return nil
}

// grow is called before the list of n fields gets twice the room, as the lists of their places and values do.
func (s *scanner) grow(n int) error {
	const each = 24
	if n < 1000 {
		return nil
	}
	return s.room(2 * each * n)
}

// place is where a row begins.
type place struct {
	offset int64
	line   int
}

// span is a field while the row is being read; those of plain may yet move.
type span struct {
	from, to int
	plain    bool
}

// errMore says that the row goes on behind buf.
var errMore = errors.New("more is needed")

// add appends a piece.
func (s *scanner) add(piece string) {
	if s.pos > 0 && s.pos >= len(s.buf)/2 {
		s.buf = s.buf[:copy(s.buf, s.buf[s.pos:])]
		s.pos = 0
	}
	s.buf = append(s.buf, piece...)
}

func (s *scanner) errorf(at int, format string, args ...any) error {
	before := s.buf[s.pos:min(at, len(s.buf))]
	line := s.line + bytes.Count(before, []byte("\n"))
	column := 1 + runes(before[bytes.LastIndexByte(before, '\n')+1:])
	return data.ErrorAt(s.op, s.path, line, column, fmt.Sprintf(format, args...))
}

func runes(b []byte) int { return bytes.Count(b, nil) - 1 }

// row is find, with the bound of a row.
func (s *scanner) row(w *interp.Work) error {
	err := s.find(w)
	if err == nil && s.offset-s.at.offset > maxRow {
		return s.tooLong(s.at.line)
	}
	return err
}

// find finds the next row, whose fields are in s.fields until the next call. It returns io.EOF at the end, and errMore where the row is
// not complete.
func (s *scanner) find(w *interp.Work) error {
	if !s.begun {
		if err := s.beginning(); err != nil {
			return err
		}
	}
	for {
		rest := s.buf[s.pos:]
		if len(rest) == 0 {
			if s.last {
				return io.EOF
			}
			return errMore
		}
		end := bytes.IndexByte(rest, '\n')
		next := end + 1
		if end < 0 {
			if !s.last {
				return s.more()
			}
			end, next = len(rest), len(rest)
		}
		line := rest[:end]
		if end > 0 && line[end-1] == '\r' {
			line = line[:end-1]
		}
		if len(line) == 0 || s.comment != 0 && line[0] == s.comment {
			s.take(next)
			if err := w.Did(next + 16); err != nil {
				return err
			}
			continue
		}
		if next > maxRow { // before there are some million fields
			return s.tooLong(s.line)
		}
		s.at = place{s.offset, s.line}
		if s.quote != 0 && bytes.IndexByte(line, s.quote) >= 0 {
			return s.quoted(w)
		}
		s.fields = s.fields[:0]
		for {
			i := bytes.IndexByte(line, s.separator)
			if i < 0 {
				break
			}
			if err := s.field(s.trimmed(line[:i])); err != nil {
				return err
			}
			line = line[i+1:]
			if err := w.Did(16); err != nil {
				return err
			}
		}
		s.fields = append(s.fields, s.trimmed(line))
		s.take(next)
		return nil
	}
}

// more is errMore, unless the row is too long to wait for its end.
func (s *scanner) more() error {
	if len(s.buf)-s.pos > maxRow {
		return s.tooLong(s.line)
	}
	return errMore
}

func (s *scanner) tooLong(line int) error {
	e := interp.Errorf(interp.KindLimit, "%s: line %d: a row of more than %d bytes: is a closing quote missing, or the file no CSV?", s.op, line, maxRow).With("line", line)
	if s.path != "" {
		e = e.With("path", s.path)
	}
	return e
}

// beginning skips a byte order mark.
func (s *scanner) beginning() error {
	if len(s.buf) < 4 && !s.last {
		return errMore
	}
	if bytes.HasPrefix(s.buf, []byte("\xff\xfe")) || bytes.HasPrefix(s.buf, []byte("\xfe\xff")) {
		return s.errorf(0, "the text is in UTF-16; save it as UTF-8")
	}
	if bytes.HasPrefix(s.buf, []byte("\xef\xbb\xbf")) {
		s.pos, s.offset = 3, 3
	}
	s.begun = true
	return nil
}

// take goes on to what stands n bytes further on, in the next line.
func (s *scanner) take(n int) {
	s.pos += n
	s.offset += int64(n)
	s.line++
}

func (s *scanner) trimmed(b []byte) []byte {
	if s.trim {
		return bytes.Trim(b, " \t")
	}
	return b
}

// quoted reads a row that has quotes in it.
func (s *scanner) quoted(w *interp.Work) error {
	b, i := s.buf, s.pos
	s.plain, s.spans = s.plain[:0], s.spans[:0]
	for {
		var f span
		start := i
		if s.trim {
			for i < len(b) && (b[i] == ' ' || b[i] == '\t') {
				i++
			}
		}
		if i < len(b) && b[i] == s.quote {
			var err error
			if f, i, err = s.quotedField(i); err != nil {
				return err
			}
		} else {
			i = start
			for i < len(b) && b[i] != s.separator && b[i] != '\n' {
				if b[i] == s.quote && !s.lazy {
					return s.errorf(i, "a quote in a field that does not begin with one; lazy = true takes it as it is")
				}
				i++
			}
			if i >= len(b) && !s.last {
				return s.more()
			}
			f = span{from: start, to: i}
			if (i >= len(b) || b[i] == '\n') && i > start && b[i-1] == '\r' {
				f.to--
			}
		}
		if len(s.spans) == cap(s.spans) {
			if err := s.grow(len(s.spans)); err != nil {
				return err
			}
		}
		if s.spans = append(s.spans, f); i-s.pos > maxRow {
			return s.tooLong(s.line)
		}
		if err := w.Did(16); err != nil {
			return err
		}
		if i < len(b) && b[i] == s.separator {
			i++
			continue
		}
		break
	}
	s.fields = s.fields[:0]
	for _, f := range s.spans {
		text := s.plain
		if !f.plain {
			text = b
		}
		if text = text[f.from:f.to]; !f.plain {
			text = s.trimmed(text)
		}
		if err := s.field(text); err != nil {
			return err
		}
	}
	if i < len(b) {
		i++ // the line's end
	}
	lines := bytes.Count(b[s.pos:i], []byte("\n"))
	s.take(i - s.pos)
	s.line += max(lines, 1) - 1
	return nil
}

// quotedField reads a field from its first quote on, up to the separator or the line's end.
func (s *scanner) quotedField(open int) (f span, i int, err error) {
	b, i := s.buf, open+1
	f = span{from: len(s.plain), plain: true}
	for {
		n := bytes.IndexByte(b[i:], s.quote)
		if n < 0 {
			if !s.last {
				return f, 0, s.more()
			}
			return f, 0, s.errorf(open, "a quote that is never closed")
		}
		s.plain = append(s.plain, b[i:i+n]...)
		i += n + 1
		after := i
		if s.trim {
			for after < len(b) && (b[after] == ' ' || b[after] == '\t') {
				after++
			}
		}
		switch {
		case i < len(b) && b[i] == s.quote:
			s.plain = append(s.plain, s.quote)
			i++
		case after >= len(b) && s.last, after < len(b) && (b[after] == s.separator || b[after] == '\n'):
			f.to = len(s.plain)
			return f, after, nil
		case after+1 < len(b) && b[after] == '\r' && b[after+1] == '\n', after+1 == len(b) && b[after] == '\r' && s.last:
			f.to = len(s.plain)
			return f, after + 1, nil
		case after >= len(b), after+1 >= len(b) && b[after] == '\r':
			return f, 0, s.more()
		case s.lazy:
			s.plain = append(s.plain, s.quote)
		default:
			return f, 0, s.errorf(i, "%s behind a closing quote; a quote in a field is doubled, and lazy = true takes it as it is", data.Byte(string(b[i:min(len(b), i+4)]), 0))
		}
	}
}

// rows makes tables of what a scanner finds.
type rows struct {
	scanner
	header bool           // the first row has the names
	names  []interp.Value // of the fields; nil: rows are lists
	width  int            // of the rows; 0: not known yet
	vals   []interp.Value
}

// next is the next row as a table.
func (r *rows) next(w *interp.Work) (t interp.Table, err error) {
	if r.header {
		if err := r.row(w); err != nil {
			return t, err
		}
		if err := r.readHeader(w); err != nil {
			return t, err
		}
		r.header = false
	}
	if err := r.row(w); err != nil {
		return t, err
	}
	n := len(r.fields)
	if n != r.width {
		if r.width == 0 {
			r.width = n
		} else if !r.ragged {
			return t, data.ErrorAt(r.op, r.path, r.at.line, 1, fmt.Sprintf("%s where the %s; ragged = true takes it", count(n), r.expectation()))
		}
	}
	vals := r.vals[:0]
	if r.names == nil {
		for _, f := range r.fields {
			vals = append(vals, w.Bytes(f))
			if err := w.Did(16); err != nil {
				return t, err
			}
		}
		r.vals = vals
		return w.List(vals), nil
	}
	for i, f := range r.fields {
		if i < len(r.names) {
			vals = append(vals, r.names[i], w.Bytes(f))
		}
		if err := w.Did(16); err != nil {
			return t, err
		}
	}
	r.vals = vals
	t = w.Map(vals)
	for i := len(r.names); i < n; i++ {
		t.SetIndex(i+1, w.Bytes(r.fields[i]))
		if err := w.Did(64); err != nil {
			return t, err
		}
	}
	return t, nil
}

func count(n int) string {
	if n == 1 {
		return "a row with 1 field"
	}
	return fmt.Sprintf("a row with %d fields", n)
}

func (r *rows) expectation() string {
	if r.names != nil {
		return fmt.Sprintf("header has %d", r.width)
	}
	return fmt.Sprintf("first row has %d", r.width)
}

// readHeader takes the names from the row that was read.
func (r *rows) readHeader(w *interp.Work) error {
	r.names = make([]interp.Value, 0, len(r.fields))
	seen := make(map[string]int, len(r.fields))
	for i, f := range r.fields {
		if j, ok := seen[string(f)]; ok {
			return data.ErrorAt(r.op, r.path, r.at.line, 1, fmt.Sprintf("the header has the name %q twice, in fields %d and %d; header = { ... } gives other names, false lists", cut(string(f)), j+1, i+1))
		}
		seen[string(f)] = i
		if err := w.Did(64); err != nil {
			return err
		}
		r.names = append(r.names, w.Bytes(f))
	}
	r.width = len(r.names)
	return nil
}

func cut(s string) string {
	if len(s) > 60 {
		s = strings.ToValidUTF8(s[:60], "") + "..."
	}
	return s
}

// iterator is what csv.rows goes on with.
type iterator struct {
	rows
	src    *stream.Source
	failed error
	busy   bool
}

// Contents implements interp.Container.
func (it *iterator) Contents(yield func(v interp.Value)) {
	it.src.Contents(yield)
	for _, v := range it.names {
		yield(v)
	}
}

// next returns the next row, its line and its offset; nothing at the end.
func (it *iterator) next(c *interp.Call) error {
	if err := c.Checkpoint(); err != nil {
		return err
	}
	if it.busy {
		return interp.Errorf(interp.KindError, "%s: another task waits for a row of the same iterator", it.op)
	}
	if it.failed != nil {
		if it.failed == io.EOF {
			return nil
		}
		return it.failed
	}
	it.busy = true
	defer func() { it.busy = false }()
	for {
		w := c.InPlace()
		it.room = c.Room
		t, err := it.rows.next(&w)
		switch {
		case err == nil:
			if err := c.Spend(int(it.offset - it.at.offset)); err != nil {
				return err
			}
			return c.Return(t, it.at.line, float64(it.at.offset))
		case err == errMore:
			if err := it.read(c); err != nil {
				return err
			}
		default:
			if it.failed = err; errors.Is(err, interp.ErrCancelled) { // which is this task's alone
				it.failed = interp.Errorf(interp.KindError, "%s: the task that was reading a row of the iterator was cancelled", it.op)
			}
			if cerr := it.src.Close(c); cerr != nil && err == io.EOF {
				return cerr
			}
			if err == io.EOF {
				return nil
			}
			return err
		}
	}
}

// read adds at least as much as there is of the row already: a row that comes in many small pieces is not looked at for each.
func (it *iterator) read(c *interp.Call) error {
	want := max(1, len(it.buf)-it.pos)
	for want > 0 {
		piece, err := it.src.Next(c, max(stream.Piece, want))
		if err == io.EOF {
			it.last = true
			return nil
		}
		if err != nil {
			return err
		}
		it.add(piece)
		want -= len(piece)
	}
	return nil
}
