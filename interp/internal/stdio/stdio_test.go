package stdio

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"syscall"
	"testing"

	"github.com/lull-lua/lull/interp/internal/lualib"
)

type writerFunc func(p []byte) (int, error)

func (f writerFunc) Write(p []byte) (int, error) { return f(p) }

func same(err error) error { return err }

// Output comes out when there is enough of it, when a line ends where lines are asked for, and when it is flushed.
func TestBuffering(t *testing.T) {
	var out bytes.Buffer
	o := NewOutput(Writer{W: &out, Failed: same})
	for _, tt := range []struct {
		name string
		do   func()
		want int // bytes that are out
	}{
		{"a little", func() { o.Write([]byte("line\n")) }, 0},
		{"a flush", func() { _ = o.Flush() }, 5},
		{"much at once", func() { o.Write(make([]byte, flushAt)) }, 5 + flushAt},
		{"much in pieces", func() {
			for range flushAt {
				o.Write([]byte("x"))
			}
		}, 5 + 2*flushAt},
		{"a line of lines", func() { o.Buffer(lualib.LineBuffered); o.Write([]byte("line\n")) }, 10 + 2*flushAt},
		{"a part of a line", func() { o.Write([]byte("li")) }, 10 + 2*flushAt},
		{"without a buffer", func() { o.Buffer(lualib.Unbuffered); o.Write([]byte("n")) }, 13 + 2*flushAt},
	} {
		if tt.do(); out.Len() != tt.want {
			t.Errorf("%s: %d bytes are out, want %d", tt.name, out.Len(), tt.want)
		}
	}
}

// An error of writing is told once: by the next write, or in the end. A reader that is gone is no error of a write's.
func TestErrors(t *testing.T) {
	full := errors.New("full")
	fails := func(err error) *Output {
		return NewOutput(Writer{W: writerFunc(func([]byte) (int, error) { return 0, err }), Failed: same})
	}
	o := fails(full)
	if _, err := o.Write([]byte("x")); err != nil {
		t.Error(err)
	}
	if err := o.Flush(); err != full {
		t.Error(err)
	}
	if _, err := o.Write([]byte("x")); err != full {
		t.Error(err)
	}
	if err := o.Lost(); err != nil {
		t.Errorf("%v, which a write has told", err)
	}
	if o = fails(full); true {
		o.Write([]byte("x"))
		if err := o.Lost(); err != full {
			t.Error(err)
		}
		if err := o.Lost(); err != nil {
			t.Errorf("told twice: %v", err)
		}
	}
	var broken error
	o = fails(syscall.EPIPE)
	o.Broken = func(err error) { broken = err }
	o.Write(make([]byte, flushAt))
	if n, err := o.Write([]byte("x")); n != 1 || err != nil || !errors.Is(broken, syscall.EPIPE) {
		t.Errorf("%d, %v, broken: %v", n, err, broken)
	}
	o = NewOutput(Writer{Failed: same})
	o.Allow = func(int) error { return full }
	if _, err := o.Write([]byte("x")); err != full {
		t.Errorf("%v where nothing is allowed", err)
	}
}

// A writer is not believed.
func TestWriter(t *testing.T) {
	for _, tt := range []struct {
		w    writerFunc
		want string
	}{
		{func(p []byte) (int, error) { return len(p), nil }, ""},
		{func(p []byte) (int, error) { return len(p) - 1, nil }, "2 of 3 bytes"},
		{func(p []byte) (int, error) { return len(p) + 1, nil }, "4 of 3 bytes"},
		{func(p []byte) (int, error) { return -1, io.EOF }, "-1 of 3 bytes"},
		{func(p []byte) (int, error) { panic("oh") }, "oh"},
	} {
		n, err := Writer{W: tt.w, Failed: same}.Write([]byte("abc"))
		if (err == nil) != (tt.want == "") || err != nil && !strings.Contains(err.Error(), tt.want) || n < 0 || n > 3 {
			t.Errorf("%d, %v; want %q", n, err, tt.want)
		}
	}
}
