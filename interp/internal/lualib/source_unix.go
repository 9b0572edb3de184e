//go:build unix

package lualib

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

const (
	noWait      = syscall.O_NONBLOCK
	errReadOnly = syscall.EROFS
)

var tempVars = []string{"TMPDIR"}

func systemTemp() string { return "/tmp" }

// openFile opens a file without waiting for the other end of a FIFO. A FIFO to be written is opened when it has a reader: ctx
// ends that wait.
func openFile(ctx context.Context, path string, flag int, perm fs.FileMode) (*os.File, error) {
	wait := time.Millisecond
	for {
		f, err := os.OpenFile(path, flag|noWait, perm)
		if !errors.Is(err, syscall.ENXIO) {
			return f, err
		}
		if st, serr := os.Stat(path); serr != nil || st.Mode()&fs.ModeNamedPipe == 0 {
			return nil, err
		}
		t := time.NewTimer(wait)
		select {
		case <-t.C:
		case <-ctx.Done():
			t.Stop()
			return nil, ctx.Err()
		}
		wait = min(2*wait, 50*time.Millisecond)
	}
}

// readWhole implements WholeReader, as the system has it: an *os.File would be offered to the poller, and need a cleanup.
func readWhole(path string, below int64, begin func(size int) error) (data []byte, ok bool, err error) {
	var st unix.Stat_t
	_, err = uninterrupted(func() (int, error) { return 0, unix.Stat(path, &st) })
	if err != nil || st.Mode&unix.S_IFMT != unix.S_IFREG || st.Size == 0 || st.Size >= below {
		return nil, false, nil
	}
	size := int(st.Size)
	if err := begin(size); err != nil {
		return nil, false, err
	}
	fd, err := uninterrupted(func() (int, error) { return unix.Open(path, unix.O_RDONLY|unix.O_CLOEXEC|noWait, 0) })
	if err != nil {
		return nil, false, nil
	}
	if size < fewBytes {
		few := fewPool.Get().(*[fewBytes]byte)
		if ok = takes(fd, few[:], size); ok {
			data = append(data, few[:size]...) // which is not cleared first, and has no room for one byte more
		}
		fewPool.Put(few)
	} else {
		data = make([]byte, size+1)
		ok = takes(fd, data, size)
		data = data[:size]
	}
	if unix.Close(fd) != nil || !ok {
		return nil, false, nil
	}
	return data, true, nil
}

const fewBytes = 8 << 10

var fewPool = sync.Pool{New: func() any { return new([fewBytes]byte) }}

// takes reads the rest of a file into buf, which has room for more than size bytes, and reports whether it is of that size.
func takes(fd int, buf []byte, size int) bool {
	for {
		n, err := unix.Read(fd, buf)
		if err != unix.EINTR {
			return err == nil && n == size
		}
	}
}

// uninterrupted calls fn until no signal has interrupted it.
func uninterrupted(fn func() (int, error)) (n int, err error) {
	for {
		if n, err = fn(); err != unix.EINTR {
			return n, err
		}
	}
}

// nonblocking reports whether the system returns from a read at once. A host that has called Fd of its file has made it one that
// blocks, although it has deadlines still.
func nonblocking(f *os.File) (is bool) {
	if c, err := f.SyscallConn(); err == nil {
		c.Control(func(fd uintptr) {
			flags, err := unix.FcntlInt(fd, unix.F_GETFL, 0)
			is = err == nil && flags&unix.O_NONBLOCK != 0
		})
	}
	return is
}

// awaitWriter waits until a FIFO that was opened before its first writer has one: until then reading it gives its end.
func awaitWriter(f *os.File) error {
	c, err := f.SyscallConn()
	if err != nil {
		return err
	}
	return c.Read(func(fd uintptr) bool { return ready(int32(fd), unix.POLLIN, 0) != 0 })
}

// ready polls one file for at most ms milliseconds, and returns what has happened.
func ready(fd int32, events int16, ms int) int16 {
	fds := []unix.PollFd{{Fd: fd, Events: events}}
	for {
		n, err := unix.Poll(fds, ms)
		if err == unix.EINTR {
			continue
		}
		if err != nil || n <= 0 {
			return 0
		}
		return fds[0].Revents
	}
}

// waitReadable waits until there is something to read, or ctx has ended. Input that others read, such as a child that
// has the terminal, is not taken from them.
func waitReadable(ctx context.Context, f *os.File) error {
	c, err := f.SyscallConn()
	if err != nil {
		return err
	}
	var failure error
	err = c.Control(func(fd uintptr) {
		if ready(int32(fd), unix.POLLIN, 0) != 0 {
			return
		}
		r, w, err := os.Pipe()
		if err != nil {
			failure = err
			return
		}
		defer r.Close()
		defer w.Close()
		stop := context.AfterFunc(ctx, func() { w.Write([]byte{0}) })
		defer stop()
		rc, err := r.SyscallConn()
		if err != nil {
			failure = err
			return
		}
		failure = err
		rc.Control(func(end uintptr) {
			fds := []unix.PollFd{{Fd: int32(fd), Events: unix.POLLIN}, {Fd: int32(end), Events: unix.POLLIN}}
			for {
				if _, err := unix.Poll(fds, -1); err != unix.EINTR {
					failure = err
					return
				}
			}
		})
	})
	switch {
	case ctx.Err() != nil:
		return errGivenUp
	case err != nil:
		return err
	}
	return failure
}
