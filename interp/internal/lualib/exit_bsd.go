//go:build darwin || dragonfly || freebsd || netbsd || openbsd

package lualib

import (
	"sync"
	"sync/atomic"
	"syscall"

	"golang.org/x/sys/unix"
)

// sysProcess is a process as the BSDs have it: a kqueue tells of its end.
type sysProcess struct {
	come    chan struct{} // it has ended, or may have stopped
	watched atomic.Bool   // it has not ended yet, as far as the kqueue tells
}

// ask has nothing to ask for.
func (s *sysProcess) ask(*syscall.SysProcAttr) {}

// begun is called when the process runs.
func (s *sysProcess) begun(p *process) {
	s.come = make(chan struct{}, 1)
	s.watched.Store(p.lib.commands.exits.watch(p))
}

// await waits until nudge was called. It reports false where the process has ended, or only a thread can wait for that. The system
// tells of an end shortly before wait4 does.
func (s *sysProcess) await() bool {
	if s.watched.Load() {
		<-s.come
	}
	return s.watched.Load()
}

// nudge has await return: the process may have stopped.
func (s *sysProcess) nudge(*process) {
	select {
	case s.come <- struct{}{}:
	default: // it is about to
	}
}

// over gives back what is left.
func (s *sysProcess) over() {}

// exitQueue is a kqueue that tells of the ends of processes, and one goroutine, on one thread, that reads it while there are any.
type exitQueue struct {
	mu      sync.Mutex
	kq      int
	waiting map[int]*process
}

// watch has the queue tell of p's end. It reports false where the system has no more to give.
func (q *exitQueue) watch(p *process) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	first := len(q.waiting) == 0
	if first {
		kq, err := unix.Kqueue()
		if err != nil {
			return false
		}
		unix.CloseOnExec(kq)
		q.kq, q.waiting = kq, map[int]*process{}
	}
	var ev unix.Kevent_t
	unix.SetKevent(&ev, p.pid, unix.EVFILT_PROC, unix.EV_ADD|unix.EV_ONESHOT)
	ev.Fflags = unix.NOTE_EXIT
	if _, err := uninterrupted(func() (int, error) { return unix.Kevent(q.kq, []unix.Kevent_t{ev}, nil, nil) }); err != nil {
		if first {
			unix.Close(q.kq)
		}
		return false // it has ended already, for one: a thread waits, not for long
	}
	q.waiting[p.pid] = p
	if first { // it is one of commands.all: what it waits for is
		p.lib.commands.all.Go(func() { q.read(q.kq) })
	}
	return true
}

// read is the queue's goroutine. It ends with the last process that is waited for.
func (q *exitQueue) read(kq int) {
	events := make([]unix.Kevent_t, 64)
	for {
		n, err := uninterrupted(func() (int, error) { return unix.Kevent(kq, nil, events, nil) })
		q.mu.Lock()
		tell := func(p *process) {
			delete(q.waiting, p.pid)
			p.sys.watched.Store(false)
			p.sys.nudge(p)
		}
		if err != nil { // what is left is waited for by threads
			for _, p := range q.waiting {
				tell(p)
			}
		}
		for _, ev := range events[:max(n, 0)] {
			if p := q.waiting[int(ev.Ident)]; p != nil {
				tell(p)
			}
		}
		over := len(q.waiting) == 0
		if over {
			unix.Close(kq)
		}
		q.mu.Unlock()
		if over {
			return
		}
	}
}
