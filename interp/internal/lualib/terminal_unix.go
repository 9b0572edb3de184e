//go:build unix

package lualib

import (
	"context"
	"os"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
	"golang.org/x/term"
)

// terminal is the controlling terminal, if there is one. At any time one process group has its foreground: ours, so that Ctrl-C
// reaches us whatever runs, or that of a child which has asked for it. A child asks by reading, or by changing the terminal's modes:
// the system stops a process that does that from behind. It has the foreground until it ends; others that ask meanwhile stay stopped, in line.
type terminal struct {
	mu    sync.Mutex
	f     *os.File      // nil: none has been found
	owner *process      // the process that has the foreground in our place, or nil
	back  chan struct{} // closed when owner gives it back
	modes *term.State   // as owner found them
	held  bool          // the host reads from it itself: see Hold
	line  []*process
}

// found reports whether there is a controlling terminal. It is looked for when it is wanted. The caller holds mu.
func (t *terminal) found() bool {
	if t.f == nil {
		if f, err := os.OpenFile("/dev/tty", os.O_RDWR|syscall.O_NOCTTY, 0); err == nil {
			t.f = f
		}
	}
	return t.f != nil
}

// there reports whether there is a controlling terminal.
func (t *terminal) there() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.found()
}

// close gives back what found has opened.
func (t *terminal) close() {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.f != nil {
		t.f.Close()
		t.f = nil
	}
}

// foreground is the process group that has the terminal f; 0 if f is not the controlling one.
func foreground(f *os.File) (pgid int) {
	withFD(f, func(fd int) {
		if id, err := unix.IoctlGetInt(fd, unix.TIOCGPGRP); err == nil {
			pgid = id
		}
	})
	return pgid
}

// withFD calls fn with a file's descriptor. Its Fd method would make it one that blocks.
func withFD(f *os.File, fn func(fd int)) {
	if c, err := f.SyscallConn(); err == nil {
		c.Control(func(fd uintptr) { fn(int(fd)) })
	}
}

// behind reports whether neither we nor a child of ours have the foreground: we are a background job. The caller holds mu.
func (t *terminal) behind() bool {
	fg := foreground(t.f)
	return fg != syscall.Getpgrp() && (t.owner == nil || fg != t.owner.group.id)
}

// grant gives the foreground to a child that stopped for want of it. The caller holds mu.
func (t *terminal) grant(p *process) {
	if t.owner != p {
		t.owner, t.back = p, make(chan struct{})
		withFD(t.f, func(fd int) { t.modes, _ = term.GetState(fd) })
	}
	t.handOver()
	p.resume()
}

// lend starts a child that has the foreground from the start. Where another child or the host has it, it is the next in line, and stops if
// it asks before its turn; where we are a background job, so is it.
func (t *terminal) lend(p *process, attr *syscall.SysProcAttr, start func() error) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	switch {
	case !t.found() || t.behind():
		return start()
	case t.owner != nil || t.held:
		err := start()
		if err == nil {
			t.line = append(t.line, p)
		}
		return err
	}
	var err error
	var modes *term.State
	withFD(t.f, func(fd int) {
		modes, _ = term.GetState(fd)
		attr.Foreground, attr.Ctty = true, fd
		err = start()
	})
	if err != nil {
		setForeground(t.f, syscall.Getpgrp())
		return err
	}
	t.owner, t.back, t.modes = p, make(chan struct{}), modes
	return nil
}

// handOver gives the foreground to owner, which is stopped. The caller holds mu.
func (t *terminal) handOver() {
	p := t.owner
	setForeground(t.f, p.group.id)
	p.lib.commands.all.Go(func() { t.seeTo(p) })
}

// A process may catch the signal that is to stop it, tidy up, and stop itself then: later than the shell whose stop we see.
const (
	settleLook = 2 * time.Millisecond
	settleTime = 100 * time.Millisecond
	goOnTime   = 2 * time.Second
)

// seeTo lets those go on, for a while, that stop only after their group was let go on. A stop of the shell itself is reap's to know.
func (t *terminal) seeTo(p *process) {
	for wait := settleLook; wait < goOnTime && p.pass(wait); wait *= 2 {
		t.mu.Lock()
		has := t.owner == p
		if leader, all := groupStates(p.group.id); has && (!atRest(leader) && strings.Contains(all, "T") || all == "" && wait < settleTime) {
			p.resume()
		}
		t.mu.Unlock()
		if !has {
			return
		}
	}
}

// settle waits until all of a group that was sent a signal to stop have done so, for a while. Until then they may need the terminal.
func (p *process) settle() {
	ctx, cancel := context.WithTimeout(context.Background(), settleTime)
	defer cancel()
	for ctx.Err() == nil {
		if _, all := groupStates(p.group.id); all != "" && atRest(all) {
			return
		}
		p.pass(settleLook)
	}
}

// atRest reports whether processes in these states are stopped, or have ended. One in D may wait, as vfork does, for a child that is
// stopped.
func atRest(states string) bool { return strings.Trim(states, "TDZ") == "" }

// pass lets time go by, unless the process or its library comes to an end: then it reports false.
func (p *process) pass(d time.Duration) bool {
	ctx, cancel := context.WithTimeout(context.Background(), d)
	defer cancel()
	select {
	case <-ctx.Done():
		return true
	case <-p.done:
	case <-p.lib.commands.over:
	}
	return false
}

// reclaim takes the foreground from owner; restored says that the terminal's modes are to be as owner found them. The caller holds mu.
func (t *terminal) reclaim(restored bool) {
	if foreground(t.f) == t.owner.group.id { // else we are a background job by now
		setForeground(t.f, syscall.Getpgrp())
		if restored && t.modes != nil {
			withFD(t.f, func(fd int) { term.Restore(fd, t.modes) })
		}
	}
	t.owner, t.modes = nil, nil
	close(t.back)
}

// next gives the foreground to the first in line, if nobody has it. The caller holds mu.
func (t *terminal) next() {
	for len(t.line) > 0 && t.owner == nil && !t.held {
		p := t.line[0]
		t.line = t.line[1:]
		if !p.group.ended() && !p.group.ending.Load() {
			t.grant(p)
		}
	}
}

// ended is called when a child has ended, before anybody is told. One that died of Ctrl-C had that in our place: we get the signal,
// too, as if there had been no child.
func (t *terminal) ended(p *process, sig syscall.Signal) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.owner != p {
		t.line = slices.DeleteFunc(t.line, func(other *process) bool { return other == p })
		return
	}
	t.reclaim(sig != 0) // a process that dies of a signal may not have tidied up
	if sig == syscall.SIGINT {
		p.group.interrupt()
	}
	t.next()
}

// interrupted is called when Ctrl-C has come to a group that has the terminal in our place, and is meant for us as well.
func (t *terminal) interrupted(p *process) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.owner == p {
		p.group.interrupt()
	}
}

// interrupt is a Ctrl-C that the group had: we get it, too, once. The caller holds the terminal's mu.
func (g *group) interrupt() {
	if !g.interrupted && !g.ending.Load() {
		g.interrupted = true
		syscall.Kill(os.Getpid(), syscall.SIGINT)
	}
}

// stopped is called when a child has stopped.
func (t *terminal) stopped(p *process, sig syscall.Signal) {
	switch sig {
	case syscall.SIGTTIN, syscall.SIGTTOU:
		t.wanted(p)
	case syscall.SIGTSTP: // Ctrl-Z, which the child has had in our place
		t.mu.Lock()
		has := t.owner == p
		t.mu.Unlock()
		if has {
			p.group.halted.Store(true)
			p.settle()
			p.lib.stopOurselves()
			p.group.halted.Store(false)
			p.resume()
		}
	}
}

// wanted is called when a child has stopped because it wants the terminal.
func (t *terminal) wanted(p *process) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if p.group.ending.Load() || !t.found() { // it is killed soon
		return
	}
	if t.behind() {
		t.mu.Unlock()
		p.lib.stopOurselves()
		t.mu.Lock()
	}
	switch {
	case t.behind(): // as any background job: it may try again, and stops again
		p.resume()
	case t.owner == p || t.owner == nil && !t.held:
		t.grant(p)
	case !slices.Contains(t.line, p):
		t.line = append(t.line, p)
	}
}

// continued is called when we go on after a stop: a shell has given us the foreground that a child of ours had.
func (t *terminal) continued() {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.owner != nil && foreground(t.f) == syscall.Getpgrp() {
		t.handOver()
	}
}

// stopTime is how long we wait for our own stop: a host that does not know of Ctrl-Z is stopped meanwhile, and one whose shell is gone
// is not.
const stopTime = time.Second

// stopOurselves stops our process group as Ctrl-Z does, so that the shell which has started it gets the terminal. It returns when we
// are continued.
func (lib *Library) stopOurselves() {
	begun, ended := lib.commands.suspension()
	if ended != nil { // it is just being continued
		<-ended
		begun, _ = lib.commands.suspension()
	}
	limit, cancel := context.WithTimeout(context.Background(), stopTime)
	defer cancel()
	syscall.Kill(0, syscall.SIGTSTP)
	select {
	case <-begun: // the host knows, and will have us go on
		if _, ended := lib.commands.suspension(); ended != nil {
			<-ended
		}
	case <-limit.Done():
		lib.files.tty.continued()
	}
}

// hold keeps the foreground for the host, which reads from the terminal itself, until release. A child that has it is stopped as if it
// had asked just now: it may be in the middle of a read.
func (t *terminal) hold() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.held = true
	if p := t.owner; p != nil {
		t.reclaim(true)
		syscall.Kill(-p.group.id, syscall.SIGTTIN)
		p.settle() // or the read would have what is typed next
	}
}

func (t *terminal) release() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.held = false
	t.next()
}

// abandon is called when what is left of the children has been killed, and we end as well.
func (t *terminal) abandon() {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.owner != nil {
		t.reclaim(true)
	}
}

// has reports whether a child has the foreground, or had it until Ctrl-C ended it.
func (t *terminal) has(p *process) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.owner == p || p.group.interrupted
}

// readTerminal reads from the terminal, when there is something and no child has it.
func (lib *Library) readTerminal(ctx context.Context, f *os.File, p []byte) (int, error) {
	t := &lib.files.tty
	for {
		if back := t.lent(lib); back != nil {
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

// lent is what to wait for while a child has the foreground, else nil. Where we are a background job ourselves, the shell gets to say
// when we go on.
func (t *terminal) lent(lib *Library) <-chan struct{} {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.owner == nil && t.found() && t.behind() {
		t.mu.Unlock()
		lib.stopOurselves()
		t.mu.Lock()
	}
	if t.owner == nil {
		return nil
	}
	return t.back
}

func isReadable(f *os.File) (is bool) {
	withFD(f, func(fd int) { is = ready(int32(fd), unix.POLLIN, 0) != 0 })
	return is
}
