//go:build unix

package repl

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
	"golang.org/x/term"
)

// input is the terminal's keyboard, whose reads can be ended. The line editor is told of the end of a wait by keys alone:
// Ctrl-C for this line, the end of the input for good.
type input struct {
	ours  bool // it is read here, not by the line editor
	ended atomic.Bool

	file         *os.File
	fd           int
	wake, waker  *os.File // a pipe
	mu           sync.Mutex
	interrupted  bool
	closed       bool
	resized      chan os.Signal
	resizedEnded chan struct{}
}

func newInput(in *os.File) (*input, error) {
	r, w, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	if fd := max(in.Fd(), r.Fd()); fd >= unix.FD_SETSIZE {
		r.Close()
		w.Close()
		return nil, fmt.Errorf("repl: the file descriptor %d is too high for select", fd)
	}
	return &input{ours: true, file: in, fd: int(in.Fd()), wake: r, waker: w}, nil
}

func (in *input) read(p []byte) (int, error) {
	for {
		in.mu.Lock()
		interrupted, closed := in.interrupted, in.closed
		in.mu.Unlock()
		switch {
		case closed:
			in.ended.Store(true)
			return 0, io.EOF
		case interrupted:
			return 0, errWake
		}
		var set unix.FdSet
		set.Set(in.fd)
		set.Set(int(in.wake.Fd()))
		_, err := unix.Select(max(in.fd, int(in.wake.Fd()))+1, &set, nil, nil, nil)
		if err == unix.EINTR {
			continue
		}
		if err != nil {
			return in.end(err)
		}
		if set.IsSet(int(in.wake.Fd())) {
			var b [1]byte
			if _, err := in.wake.Read(b[:]); err != nil {
				return in.end(err)
			}
			continue
		}
		n, err := unix.Read(in.fd, p)
		if err == unix.EINTR || err == unix.EAGAIN {
			continue
		}
		if err != nil || n <= 0 { // the terminal is gone
			return in.end(io.EOF)
		}
		return n, nil
	}
}

func (in *input) end(err error) (int, error) {
	in.ended.Store(true)
	return 0, err
}

func (in *input) set(change func()) {
	in.mu.Lock()
	change()
	in.mu.Unlock()
	in.waker.Write([]byte{0}) // what fails after free wakes nobody
}

// interrupt presses Ctrl-C, until resume.
func (in *input) interrupt() { in.set(func() { in.interrupted = true }) }
func (in *input) resume()    { in.set(func() { in.interrupted = false }) }

// onResize calls changed whenever the terminal has another size.
func (in *input) onResize(changed func()) {
	in.resized, in.resizedEnded = make(chan os.Signal, 1), make(chan struct{})
	signal.Notify(in.resized, syscall.SIGWINCH)
	go func() {
		defer close(in.resizedEnded)
		for range in.resized {
			changed()
		}
	}()
}

// close ends all reads, now and later.
func (in *input) close() {
	in.set(func() { in.closed = true })
	signal.Stop(in.resized)
	close(in.resized)
	<-in.resizedEnded
}

// lend calls run, behind which the terminal is as it was.
func (in *input) lend(out *os.File, run func(in, out *os.File) error) error {
	was, err := term.GetState(in.fd)
	if err == nil {
		err = run(in.file, out)
		err = errors.Join(err, term.Restore(in.fd, was))
	}
	return err
}

// free gives back what the reads needed.
func (in *input) free() {
	in.wake.Close()
	in.waker.Close()
}

// resumed is how long the process waits for itself to be stopped: where nobody is there to continue it, it is not.
const resumed = time.Second

// suspend stops the process and those of its group, as Ctrl-Z does; it returns when they are continued.
func suspend() {
	again := make(chan os.Signal, 1)
	signal.Notify(again, syscall.SIGCONT)
	defer signal.Stop(again)
	if syscall.Kill(0, syscall.SIGTSTP) != nil {
		return
	}
	limit := time.NewTimer(resumed)
	defer limit.Stop()
	select {
	case <-again:
	case <-limit.C:
	}
}
