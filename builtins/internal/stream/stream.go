// Package stream is what tables read from and write to on a script's behalf: files by their path, handles and other objects with
// Lua's methods read and write, and functions.
package stream

import (
	"io"
	"runtime"
	"strings"
	"syscall"
	"unicode/utf8"

	"github.com/lull-lua/lull/builtins/internal/data"
	"github.com/lull-lua/lull/interp"
)

// Piece is how much is asked for at once, as a rule.
const Piece = 64 << 10

// Source gives text piece by piece. It is a handle, or a function that returns strings and nil at the end.
type Source struct {
	op     string
	path   string       // of a file that it has opened
	handle interp.Value // nil: a function
	fn     interp.Value // the function, or the handle's read
	close  interp.Value // the handle's, where it has opened it
	asked  bool         // fn has been looked for
	ended  bool
}

// NewSource is the i-th argument: the path of a file, a handle or a function. op names the builtin in errors. It waits where it
// opens a file.
func NewSource(c *interp.Call, op string, i int) (*Source, error) {
	v := c.Arg(i)
	if path, ok := v.Text(); ok {
		return Open(c, op, path)
	}
	if s, ok := SourceOf(op, v); ok {
		return s, nil
	}
	return nil, c.ArgError(i, "path, file handle or function expected, got "+given(c, i))
}

// SourceOf is a handle or a function as a source; ok is false if the value is neither.
func SourceOf(op string, v interp.Value) (s *Source, ok bool) {
	s = &Source{op: op}
	if read, ok := v.Method("read"); ok {
		s.handle, s.fn = v, read
		return s, true
	}
	s.fn = v
	return s, v.IsFunction()
}

// Open is the file of that path. It waits.
func Open(c *interp.Call, op, path string) (*Source, error) {
	h, err := c.OpenFile(op, path, "r")
	if err != nil {
		return nil, err
	}
	s := &Source{op: op, path: path, handle: h}
	s.close, _ = h.Method("close")
	s.fn, _ = h.Method("read")
	return s, nil
}

func given(c *interp.Call, i int) string {
	if i > c.Len() {
		return "no value"
	}
	return data.TypeOf(c.Arg(i))
}

// failure is what a method of a handle has returned, nil, what is wrong and a number, as an error about the file of that path, if it is
// known: like those of files that builtins open themselves.
func failure(op, path string, vals interp.Values) error {
	why, _ := vals.Get(2).Text()
	no, ok := vals.Get(3).Int()
	system := ok && no > 0 && runtime.GOOS != "windows" // there the numbers are C's, not the system's
	switch {
	case system && path == "":
		return interp.Errorf(interp.KindIO, "%s: %w", op, syscall.Errno(no))
	case path == "":
		return interp.Errorf(interp.KindIO, "%s: %s", op, why)
	case system:
		return interp.PathErrorf(op, path, syscall.Errno(no))
	}
	why = strings.TrimPrefix(why, path+": ")
	if r, n := utf8.DecodeRuneInString(why); n > 0 {
		why = strings.ToLower(string(r)) + why[n:]
	}
	return interp.Errorf(interp.KindIO, "%s: %s: %s", op, path, why).With("path", path)
}

// Path is the path of the file that it reads, or "".
func (s *Source) Path() string { return s.path }

// Next is the next piece, or io.EOF: of a handle what there is, n bytes at most. It waits.
func (s *Source) Next(c *interp.Call, n int) (string, error) {
	if !s.asked && !s.handle.IsNil() {
		if read, ok := c.PartialRead(s.handle); ok {
			s.fn = read
		}
	}
	s.asked = true
	for !s.ended {
		var vals interp.Values
		var err error
		if s.handle.IsNil() {
			vals, err = c.Call(s.fn)
		} else {
			vals, err = call(c, s.op, s.path, s.fn, []interp.Value{s.handle, interp.Number(float64(n))})
		}
		if err != nil {
			return "", err
		}
		piece, ok := vals.Get(1).Text()
		switch {
		case ok && piece == "":
			// A function may have nothing to say yet.
			if err := c.Checkpoint(); err != nil {
				return "", err
			}
		case ok:
			return piece, nil
		case !vals.Get(1).IsNil():
			return "", interp.Errorf(interp.KindError, "%s: the source returned a %s, where a string or nil is expected", s.op, data.TypeOf(vals.Get(1)))
		default:
			s.ended = true
			if _, failed := vals.Get(2).Text(); failed && !s.handle.IsNil() {
				return "", failure(s.op, s.path, vals)
			}
		}
	}
	return "", io.EOF
}

// Close closes the file that it has opened.
func (s *Source) Close(c *interp.Call) error {
	s.ended = true
	if s.close.IsNil() {
		return nil
	}
	closing := s.close
	s.close = interp.Value{}
	_, err := call(c, s.op, s.path, closing, []interp.Value{s.handle})
	return err
}

// call calls a method of a handle; one of a file that was opened here is no call of the script's.
func call(c *interp.Call, op, path string, fn interp.Value, args []interp.Value) (interp.Values, error) {
	if path != "" {
		return c.CallWithin(op, fn, args...)
	}
	return c.Call(fn, args...)
}

// Contents implements interp.Container, for who holds it.
func (s *Source) Contents(yield func(v interp.Value)) {
	yield(s.handle)
	yield(s.fn)
}

// Sink takes text. It is a handle, or a function that is called with each piece.
type Sink struct {
	op     string
	path   string
	handle interp.Value
	fn     interp.Value // the function, or the handle's write
	close  interp.Value
	closed bool
}

// NewSink is the i-th argument: the path of a file, which is made anew, a handle or a function. It waits where it opens a file.
func NewSink(c *interp.Call, op string, i int) (*Sink, error) {
	v := c.Arg(i)
	if s, ok := SinkOf(op, v); ok {
		return s, nil
	}
	s := &Sink{op: op}
	if path, ok := v.Text(); ok {
		h, err := c.OpenFile(op, path, "w")
		if err != nil {
			return nil, err
		}
		s.path, s.handle = path, h
		s.close, _ = h.Method("close")
		s.fn, _ = h.Method("write")
		return s, nil
	}
	return nil, c.ArgError(i, "path, file handle or function expected, got "+given(c, i))
}

// SinkOf is a handle or a function as a sink; ok is false if the value is neither.
func SinkOf(op string, v interp.Value) (s *Sink, ok bool) {
	s = &Sink{op: op}
	if write, ok := v.Method("write"); ok {
		s.handle, s.fn = v, write
		return s, true
	}
	s.fn = v
	return s, v.IsFunction()
}

// Function reports whether it is a function.
func (s *Sink) Function() bool { return s.handle.IsNil() }

// Closed reports whether it was closed.
func (s *Sink) Closed() bool { return s.closed }

// Write writes a piece. It waits.
func (s *Sink) Write(c *interp.Call, piece interp.Value) error {
	if s.handle.IsNil() {
		_, err := c.Call(s.fn, piece)
		return err
	}
	vals, err := call(c, s.op, s.path, s.fn, []interp.Value{s.handle, piece})
	return s.result(vals, err)
}

// result is what a method of a handle returns: nil and what is wrong, if it fails.
func (s *Sink) result(vals interp.Values, err error) error {
	if _, ok := vals.Get(2).Text(); err == nil && ok && vals.Get(1).IsNil() {
		return failure(s.op, s.path, vals)
	}
	return err
}

// Close writes out what is left, and closes the file that it has opened; closing twice does nothing.
func (s *Sink) Close(c *interp.Call) error {
	if s.closed {
		return nil
	}
	s.closed = true
	if s.close.IsNil() {
		return nil
	}
	vals, err := call(c, s.op, s.path, s.close, []interp.Value{s.handle})
	return s.result(vals, err)
}

// Contents implements interp.Container, for who holds it.
func (s *Sink) Contents(yield func(v interp.Value)) {
	yield(s.handle)
	yield(s.fn)
}
