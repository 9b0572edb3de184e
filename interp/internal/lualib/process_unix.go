//go:build unix

package lualib

import (
	"bytes"
	"errors"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

const shell = "/bin/sh"

func haveShell() bool {
	_, err := os.Stat(shell)
	return err == nil
}

// shellCommand is a command for the shell.
func shellCommand(command string, env []string) Command {
	return Command{Path: shell, Args: []string{"sh", "-c", command}, Env: env}
}

// killed is the signal that nothing survives.
const killed = syscall.SIGKILL

// signalOf is the signal of a name, without SIG before it; 0 if there is none.
func signalOf(name string) syscall.Signal { return unix.SignalNum("SIG" + name) }

// signalName is the name of a signal, without SIG.
func signalName(sig syscall.Signal) string {
	if name := unix.SignalName(sig); name != "" {
		return strings.TrimPrefix(name, "SIG")
	}
	return strconv.Itoa(int(sig))
}

// sysGroup is nothing here: a group's number is all there is.
type sysGroup struct{}

// isWritten reports whether a program cannot be started because somebody has it open for writing.
func isWritten(err error) bool { return errors.Is(err, syscall.ETXTBSY) }

// begin starts a program in its group, behind us where there is a terminal, unless it is to be in front.
func (p *process) begin(cmd *Command) error { return p.beginFor(p, cmd, cmd.Files[0]) }

// beginFor is begin where the terminal in is for another process of the group.
func (p *process) beginFor(owner *process, cmd *Command, in *os.File) error {
	attr := &syscall.SysProcAttr{Setsid: true}
	if !cmd.Detach {
		attr = &syscall.SysProcAttr{Setpgid: true, Pgid: p.group.id}
		p.sys.ask(attr)
	}
	var files []uintptr
	for _, f := range cmd.Files {
		files = append(files, f.Fd())
	}
	pid := 0
	start := func() (err error) {
		pid, err = syscall.ForkExec(cmd.Path, cmd.Args, &syscall.ProcAttr{Dir: cmd.Dir, Env: append([]string{}, cmd.Env...), Files: files, Sys: attr})
		return err
	}
	var err error
	if cmd.Foreground && p.group.id == 0 && foreground(in) != 0 {
		err = p.lib.files.tty.lend(owner, attr, start)
	} else {
		err = start()
	}
	runtime.KeepAlive(cmd)
	if err != nil {
		return &os.PathError{Op: "fork/exec", Path: cmd.Path, Err: err}
	}
	if p.pid = pid; p.group.id == 0 {
		p.group.id = pid
	}
	if !cmd.Detach {
		p.sys.begun(p)
	}
	return nil
}

// reap waits for the end, without a thread where the system can. It waits for a stop as well: a child that stopped because it wants
// the terminal gets it when it is its turn.
func (p *process) reap() {
	tty := &p.lib.files.tty
	var by syscall.Signal // which has ended it
	flags := syscall.WUNTRACED | syscall.WNOHANG
	for {
		if flags&syscall.WNOHANG != 0 && !p.sys.await() {
			flags = syscall.WUNTRACED
		}
		var ws syscall.WaitStatus
		switch pid, err := syscall.Wait4(p.pid, &ws, flags, nil); {
		case errors.Is(err, syscall.EINTR), err == nil && pid == 0:
			continue
		case err != nil: // the host reaps all children itself
			p.how, p.code, p.status = "exit", 255, -1
		case ws.Stopped():
			tty.stopped(p.group.leader(), ws.StopSignal())
			continue
		case ws.Signaled():
			by = ws.Signal()
			p.how, p.code, p.status = "signal", int(by), int(ws)
		default:
			p.how, p.code, p.status = "exit", ws.ExitStatus(), int(ws)
		}
		break
	}
	if sig, last := p.group.ends(by); last {
		if h := p.group.hears; h != nil {
			h.end()
		}
		tty.ended(p.group.leader(), sig)
	}
	p.sys.over()
	p.over()
}

// hearing is one more process in a group, which does nothing and ends by Ctrl-C, so that we hear of one that the terminal sends to the
// group, whatever the others do with it. It is the first in its group: none is too early for it.
type hearing struct {
	process
	first *process    // of the others
	in    *os.File    // its end ends it, should we be killed
	over  atomic.Bool // it has been waited for: its number may be another's
}

// listen starts a hearing before p, the first process of the group, unless its standard input is no terminal: then we get Ctrl-C ourselves.
func (g *group) listen(p *process, cmd *Command, null *os.File) error {
	if foreground(cmd.Files[0]) == 0 {
		return nil
	}
	r, w, err := os.Pipe()
	if err != nil {
		return err
	}
	defer r.Close()
	h := &hearing{process: process{lib: p.lib, group: g, done: make(chan struct{})}, first: p, in: w}
	err = p.lib.commands.begin(func() error {
		return h.beginFor(p, &Command{Path: shell, Args: []string{"sh", "-c", "read x"}, Files: [3]*os.File{r, null, null}, Foreground: cmd.Foreground}, cmd.Files[0])
	})
	if err != nil {
		w.Close()
		return err
	}
	g.hears = h
	return nil
}

// serve waits for its end, once the others have begun, or none has.
func (h *hearing) serve(none bool) {
	tty := &h.lib.files.tty
	h.lib.commands.all.Go(func() {
		defer close(h.done)
		defer h.in.Close()
		defer h.sys.over()
		h.sys.await()
		var ws syscall.WaitStatus
		_, err := syscall.Wait4(h.pid, &ws, 0, nil)
		for errors.Is(err, syscall.EINTR) {
			_, err = syscall.Wait4(h.pid, &ws, 0, nil)
		}
		h.over.Store(true)
		if err == nil && ws.Signaled() && ws.Signal() == syscall.SIGINT {
			tty.interrupted(h.first)
		}
	})
	if none {
		h.end()
		tty.ended(h.first, 0)
	}
}

// end ends it. A Ctrl-C that has come and that it has not seen to yet goes first: a shell catches it, and then dies of it, where a
// SIGKILL would have overtaken that.
func (h *hearing) end() {
	h.in.Close()
	limit := time.NewTimer(interruptTime)
	defer limit.Stop()
	if !h.over.Load() {
		syscall.Kill(h.pid, syscall.SIGCONT) // for one that is stopped
	}
	select {
	case <-h.done:
		return
	case <-limit.C:
	}
	if !h.over.Load() {
		syscall.Kill(h.pid, killed)
	}
	<-h.done
}

// watchStops begins to look for children that have stopped, if there is a terminal for want of which they may. The system tells of a
// stop by SIGCHLD alone. The caller holds mu.
func (cs *commands) watchStops(t *terminal) {
	if cs.stops != nil || !t.there() {
		return
	}
	quit, ended := make(chan struct{}), make(chan struct{})
	cs.stops = func() {
		close(quit)
		<-ended
	}
	come := make(chan os.Signal, 1)
	signal.Notify(come, syscall.SIGCHLD)
	go func() {
		defer close(ended)
		defer signal.Stop(come)
		for {
			select {
			case <-come:
			case <-quit:
				return
			}
			cs.mu.Lock()
			for p := range cs.running {
				p.sys.nudge(p)
			}
			cs.mu.Unlock()
		}
	}()
}

// isOver reports whether a process that is detached has ended, of which nothing is left then.
func (p *process) isOver() bool {
	pid, err := syscall.Wait4(p.pid, nil, syscall.WNOHANG, nil)
	return pid == p.pid || err != nil
}

// signal sends a signal to the process group.
func (p *process) signal(sig syscall.Signal) error {
	err := syscall.Kill(-p.group.id, sig)
	switch sig {
	case killed, syscall.SIGSTOP, syscall.SIGTSTP, syscall.SIGTTIN, syscall.SIGTTOU:
	default:
		syscall.Kill(-p.group.id, syscall.SIGCONT) // for one that is stopped
	}
	return err
}

// pause stops the process group, and resume lets it go on. It is not SIGTSTP, by which reap would take it for the Ctrl-Z of a person.
func (p *process) pause()  { syscall.Kill(-p.group.id, syscall.SIGSTOP) }
func (p *process) resume() { syscall.Kill(-p.group.id, syscall.SIGCONT) }

// gone reports whether nothing is left of the process group.
func (g *group) gone() bool {
	return g.ended() && (errors.Is(syscall.Kill(-g.id, 0), syscall.ESRCH) || onlyZombies(g.id))
}

// onlyZombies reports whether all that is left of a process group has ended, and is there only because nobody has waited for it: in
// a container often nobody does. It is Linux's way to tell; elsewhere it reports false.
func onlyZombies(pgid int) bool {
	_, states := groupStates(pgid)
	return states != "" && strings.Trim(states, "Z") == ""
}

// groupStates has a letter for what each process of a group does, as ps(1) shows it, and that of its leader: T is stopped, Z has
// ended. It is empty where the system has no /proc as Linux has.
func groupStates(pgid int) (leader, all string) {
	stats, _ := filepath.Glob("/proc/[0-9]*/stat")
	group := strconv.Itoa(pgid)
	for _, name := range stats {
		stat, err := os.ReadFile(name)
		if err != nil {
			continue // it is gone
		}
		fields := bytes.Fields(stat[bytes.LastIndexByte(stat, ')')+1:]) // state, parent, group
		if len(fields) > 2 && string(fields[2]) == group {
			all += string(fields[0])
			if strings.HasPrefix(string(stat), group+" ") {
				leader = string(fields[0])
			}
		}
	}
	return leader, all
}
