//go:build unix

package file

import (
	"context"
	"errors"
	"io"
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

func isAgain(err error) bool { return errors.Is(err, unix.EAGAIN) }

// polled reads a FIFO or a device through Go's poller, so that a read that waits holds no thread and ends when ctx does.
type polled struct {
	ctx  context.Context
	f    *os.File
	raw  syscall.RawConn
	fifo bool
}

func newPolled(ctx context.Context, f *os.File, fifo bool) (r io.Reader, done func()) {
	raw, err := f.SyscallConn()
	if err != nil { // the file is closed; reading it says so
		return f, func() {}
	}
	stop := context.AfterFunc(ctx, func() { _ = f.SetReadDeadline(past) }) // what cannot be polled does not wait, or is paused for
	return &polled{ctx, f, raw, fifo}, func() { stop() }
}

// Read implements io.Reader.
func (p *polled) Read(buf []byte) (int, error) {
	for {
		var n int
		var err error
		waits := false
		perr := p.raw.Read(func(fd uintptr) bool {
			n, err = p.take(int(fd), buf)
			waits = err == unix.EAGAIN
			return !waits
		})
		switch {
		case waits && p.ctx.Err() == nil && pause(p.ctx): // a system whose poller does not take the file
		case waits || p.ctx.Err() != nil:
			return 0, p.ctx.Err()
		case perr != nil:
			return 0, perr
		case err != nil:
			return 0, &os.PathError{Op: "read", Path: p.f.Name(), Err: err}
		case n == 0:
			return 0, io.EOF
		default:
			return n, nil
		}
	}
}

// take reads what is there; EAGAIN means that there is nothing yet.
func (p *polled) take(fd int, buf []byte) (int, error) {
	if err := p.ctx.Err(); err != nil {
		return 0, err
	}
	for {
		n, err := unix.Read(fd, buf)
		switch {
		case err == unix.EINTR:
			continue
		case err == nil && n == 0 && p.fifo && !hungUp(fd):
			return 0, unix.EAGAIN // no writer has come yet
		case err != nil:
			return 0, err
		}
		return n, nil
	}
}

// hungUp reports whether a FIFO has had a writer since it was opened, and has none now.
func hungUp(fd int) bool {
	fds := []unix.PollFd{{Fd: int32(fd), Events: unix.POLLIN}}
	n, err := unix.Poll(fds, 0)
	return err == nil && n > 0 && fds[0].Revents&unix.POLLHUP != 0
}
