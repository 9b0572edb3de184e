package lualib

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/lull-lua/lull/interp/internal/vm"
)

// How a file is read so that a read can be given up.
type readKind uint8

const (
	direct  readKind = iota // a regular file, a folder: a system call that returns soon
	polled                  // Go polls it: a deadline ends the read, and no thread is held
	waited                  // a file that others gave us: wait with poll(2) until there is something, then read
	foreign                 // a host's reader: nothing ends a read
)

// errGivenUp is the error of a read that its context has ended; it has taken nothing.
var errGivenUp = errors.New("given up")

var longAgo = time.Unix(1, 0)

// kindOf is how f is to be read.
func kindOf(f *os.File) readKind {
	switch st, err := f.Stat(); {
	case f.SetReadDeadline(time.Time{}) == nil && nonblocking(f):
		return polled
	case err == nil && (st.Mode().IsRegular() || st.IsDir()):
		return direct
	}
	return waited
}

// deadlines is what a reader needs for its reads to be given up.
type deadlines interface {
	io.Reader
	SetReadDeadline(time.Time) error
}

// hostReader is a reader of the host's, which may be anybody's.
type hostReader struct {
	lib *Library
	r   deadlines
}

// Read implements io.Reader.
func (h hostReader) Read(p []byte) (n int, err error) {
	if p := vm.Guard("the host's reader", func() { n, err = h.r.Read(p) }); p != nil {
		return 0, p
	}
	if n < 0 || n > len(p) {
		return 0, fmt.Errorf("a reader of the host's says that it has read %d of %d bytes", n, len(p))
	}
	return n, err
}

// SetReadDeadline implements deadlines.
func (h hostReader) SetReadDeadline(t time.Time) (err error) {
	if p := vm.Guard("the host's reader", func() { err = h.r.SetReadDeadline(t) }); p != nil {
		h.lib.host.Post(func() { h.lib.host.Lost(nil, p) }) // it may be called when nobody waits for what it says
		return p
	}
	return err
}

// noDeadlines is a reader without them.
type noDeadlines struct{ io.Reader }

func (noDeadlines) SetReadDeadline(time.Time) error { return os.ErrNoDeadline }

// readPolled is a read that ctx ends.
func readPolled(ctx context.Context, f deadlines, read func() (int, error)) (int, error) {
	for {
		_ = f.SetReadDeadline(time.Time{}) // what fails here, fails in read: one end of a pipe tells that the other is closed
		stop := context.AfterFunc(ctx, func() { f.SetReadDeadline(longAgo) })
		n, err := read()
		stop()
		if n > 0 || !errors.Is(err, os.ErrDeadlineExceeded) {
			return n, err
		}
		if ctx.Err() != nil {
			return 0, errGivenUp
		}
		// the end of an earlier read came late
	}
}

// readWaited is a read of a file that is waited.
func readWaited(ctx context.Context, f *os.File, p []byte) (int, error) {
	if err := waitReadable(ctx, f); err != nil {
		return 0, err
	}
	return f.Read(p)
}

// writer is what writePolled writes to.
type writer interface {
	io.Writer
	SetWriteDeadline(time.Time) error
}

// writePolled writes p in pieces; ctx ends it between two, and within one if f has deadlines. It returns how much is written.
func writePolled(ctx context.Context, f writer, p []byte) (int, error) {
	stop := func() bool { return true }
	if f.SetWriteDeadline(time.Time{}) == nil {
		stop = context.AfterFunc(ctx, func() { f.SetWriteDeadline(longAgo) })
	}
	defer stop()
	total := 0
	for len(p) > 0 && ctx.Err() == nil {
		n, err := f.Write(p[:min(len(p), 1<<20)])
		total += n
		p = p[n:]
		if err != nil {
			if !errors.Is(err, os.ErrDeadlineExceeded) {
				return total, err
			}
			f.SetWriteDeadline(time.Time{}) // ours, or a late one of an earlier write
		}
	}
	return total, nil
}
