//go:build unix

package lualib

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

const shell = "/bin/sh"

func haveShell() bool {
	_, err := os.Stat(shell)
	return err == nil
}

// begin starts the shell in a process group of its own, behind us where there is a terminal.
func (p *process) begin(command string, files []*os.File) error {
	lib := p.lib
	proc, err := os.StartProcess(shell, []string{"sh", "-c", command}, &os.ProcAttr{
		Dir: lib.host.Dir(), Env: append([]string{}, lib.host.Environ()...), Files: files, Sys: &syscall.SysProcAttr{Setpgid: true},
	})
	if err != nil {
		return err
	}
	p.os, p.pid = proc, proc.Pid
	lib.commands.all.Go(p.reap)
	return nil
}

// reap waits for the shell's end. It waits with wait4, which tells of a stop as well: a child that stopped because it wants the
// terminal gets it when it is its turn.
func (p *process) reap() {
	tty := &p.lib.files.tty
	var by syscall.Signal // which has ended it
	for {
		var ws syscall.WaitStatus
		switch _, err := syscall.Wait4(p.pid, &ws, syscall.WUNTRACED, nil); {
		case errors.Is(err, syscall.EINTR):
			continue
		case err != nil: // the host reaps all children itself
			p.how, p.code, p.status = "exit", 255, -1
		case ws.Stopped():
			tty.stopped(p, ws.StopSignal())
			continue
		case ws.Signaled():
			by = ws.Signal()
			p.how, p.code, p.status = "signal", int(by), int(ws)
		default:
			p.how, p.code, p.status = "exit", ws.ExitStatus(), int(ws)
		}
		break
	}
	tty.ended(p, by)
	p.os.Release()
	p.over()
}

// signal ends the process group, or asks it to.
func (p *process) signal(kill bool) {
	if kill {
		syscall.Kill(-p.pid, syscall.SIGKILL)
		return
	}
	syscall.Kill(-p.pid, syscall.SIGTERM)
	syscall.Kill(-p.pid, syscall.SIGCONT) // for one that is stopped
}

// pause stops the process group, and resume lets it go on. It is not SIGTSTP, by which reap would take it for the Ctrl-Z of a person.
func (p *process) pause()  { syscall.Kill(-p.pid, syscall.SIGSTOP) }
func (p *process) resume() { syscall.Kill(-p.pid, syscall.SIGCONT) }

// gone reports whether nothing is left of the process group.
func (p *process) gone() bool {
	return p.ended() && (errors.Is(syscall.Kill(-p.pid, 0), syscall.ESRCH) || onlyZombies(p.pid))
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
