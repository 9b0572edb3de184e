//go:build unix

package lualib

import (
	"context"
	"io"
	"os"
	"os/signal"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// terminal is the terminal that is the runtime's standard input, if it is one: at any time one process group has it. Children
// get it while nobody else does; one that stops because it wants it is in line.
type terminal struct {
	mu    sync.Mutex
	f     *os.File // nil: there is no terminal
	owner *process // nil: we have it
	line  []*process
	back  chan struct{} // closed when a child gives it back
}

// find looks whether standard input is a terminal.
func (t *terminal) find(in io.Reader) {
	if f, ok := in.(*os.File); ok && foreground(f) != 0 {
		t.f = f
	}
}

// foreground is the process group that has the terminal f; 0 if it is none.
func foreground(f *os.File) (pgid int) {
	if c, err := f.SyscallConn(); err == nil {
		c.Control(func(fd uintptr) {
			if id, err := unix.IoctlGetInt(int(fd), unix.TIOCGPGRP); err == nil {
				pgid = id
			}
		})
	}
	return pgid
}

// give puts a process group into the terminal's foreground.
func (t *terminal) give(pgid int) {
	if !signal.Ignored(syscall.SIGTTOU) { // who is in the background is stopped for this call otherwise
		signal.Ignore(syscall.SIGTTOU)
		defer signal.Reset(syscall.SIGTTOU)
	}
	if c, err := t.f.SyscallConn(); err == nil {
		c.Control(func(fd uintptr) { unix.IoctlSetPointerInt(int(fd), unix.TIOCSPGRP, pgid) })
	}
}

// lend calls start for a child, in the foreground if we have that.
func (t *terminal) lend(p *process, start func(*syscall.SysProcAttr) error) error {
	sys := &syscall.SysProcAttr{Setpgid: true}
	if t.f == nil {
		return start(sys)
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.owner != nil || foreground(t.f) != syscall.Getpgrp() {
		return start(sys)
	}
	c, err := t.f.SyscallConn()
	if err != nil {
		return start(sys)
	}
	cerr := c.Control(func(fd uintptr) {
		sys.Foreground, sys.Ctty = true, int(fd)
		t.owner, t.back = p, make(chan struct{})
		if err = start(sys); err != nil {
			t.returned()
		}
	})
	if cerr != nil {
		return cerr
	}
	return err
}

// returned takes the terminal back, and gives it to the next in line. For who holds mu.
func (t *terminal) returned() {
	t.give(syscall.Getpgrp())
	t.owner = nil
	close(t.back)
	for len(t.line) > 0 && t.owner == nil {
		p := t.line[0]
		t.line = t.line[1:]
		if !p.ended() {
			t.grant(p)
		}
	}
}

// grant gives the terminal to a child that stopped for want of it. For who holds mu.
func (t *terminal) grant(p *process) {
	t.owner, t.back = p, make(chan struct{})
	t.give(p.pid)
	syscall.Kill(-p.pid, syscall.SIGCONT)
}

// signalTime is how long a signal that we send ourselves may take to cancel the script, before that goes on.
const signalTime = 50 * time.Millisecond

// giveBack is called when a child has ended. One that Ctrl-C has ended had it in our place: we get the signal, too.
func (t *terminal) giveBack(p *process, interrupted bool) {
	if t.f == nil {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.owner != p {
		return
	}
	t.returned()
	if interrupted {
		syscall.Kill(os.Getpid(), syscall.SIGINT)
		<-time.NewTimer(signalTime).C
	}
}

// stopped is called when a child has stopped.
func (t *terminal) stopped(p *process, sig syscall.Signal) {
	if t.f == nil {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	switch {
	case sig == syscall.SIGTTIN || sig == syscall.SIGTTOU:
		switch {
		case t.owner == p:
			t.grant(p)
		case t.owner == nil && foreground(t.f) == syscall.Getpgrp():
			t.grant(p)
		default:
			t.line = append(t.line, p)
		}
	case sig == syscall.SIGTSTP && t.owner == p:
		// Ctrl-Z: we stop as well, so that the shell gets the terminal, and go on when it lets us.
		t.give(syscall.Getpgrp())
		syscall.Kill(0, syscall.SIGTSTP)
		if foreground(t.f) == syscall.Getpgrp() {
			t.give(p.pid)
		}
		syscall.Kill(-p.pid, syscall.SIGCONT)
	}
}

// read reads from a file that may be the terminal, when there is something and we have it. It is taken from a child of io.popen
// at once (one that waits in a read already goes on with that); that of os.execute has it to its end.
func (t *terminal) read(ctx context.Context, f *os.File, p []byte) (int, error) {
	if f != t.f {
		if err := waitReadable(ctx, f); err != nil {
			return 0, err
		}
		return f.Read(p)
	}
	for {
		if back := t.takeBack(); back != nil {
			select {
			case <-back:
			case <-ctx.Done():
				return 0, errGivenUp
			}
			continue
		}
		if err := waitReadable(ctx, f); err != nil {
			return 0, err
		}
		t.mu.Lock()
		if t.owner != nil || !isReadable(f) {
			t.mu.Unlock()
			continue
		}
		n, err := f.Read(p)
		t.mu.Unlock()
		return n, err
	}
}

// takeBack takes the terminal back from a child of io.popen. It returns what to wait for if another has it.
func (t *terminal) takeBack() <-chan struct{} {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.owner != nil && t.owner.opener == nil {
		return t.back
	}
	if t.owner != nil {
		t.give(syscall.Getpgrp())
		t.owner = nil
		close(t.back)
	}
	return nil
}

func isReadable(f *os.File) (is bool) {
	if c, err := f.SyscallConn(); err == nil {
		c.Control(func(fd uintptr) { is = ready(int32(fd), unix.POLLIN, 0) != 0 })
	}
	return is
}
