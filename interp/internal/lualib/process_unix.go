//go:build unix

package lualib

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"syscall"
)

const shell = "/bin/sh"

func haveShell() bool {
	_, err := os.Stat(shell)
	return err == nil
}

// begin starts the shell in a process group of its own, in the terminal's foreground if we are and nobody else has it.
func (p *process) begin(command string, files []*os.File) error {
	lib := p.lib
	return lib.files.tty.lend(p, func(sys *syscall.SysProcAttr) error {
		proc, err := os.StartProcess(shell, []string{"sh", "-c", command}, &os.ProcAttr{
			Dir: lib.host.Dir(), Env: append([]string{}, lib.host.Environ()...), Files: files, Sys: sys,
		})
		if err != nil {
			return err
		}
		p.os, p.pid = proc, proc.Pid
		lib.commands.all.Go(p.reap)
		return nil
	})
}

// reap waits for the shell's end. It waits with wait4, which tells of a stop as well: a child that stopped because it wants the
// terminal gets it when it is its turn.
func (p *process) reap() {
	tty := &p.lib.files.tty
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
			p.how, p.code, p.status = "signal", int(ws.Signal()), int(ws)
		default:
			p.how, p.code, p.status = "exit", ws.ExitStatus(), int(ws)
		}
		break
	}
	tty.giveBack(p, p.how == "signal" && p.code == int(syscall.SIGINT))
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

// gone reports whether nothing is left of the process group.
func (p *process) gone() bool {
	return p.ended() && (errors.Is(syscall.Kill(-p.pid, 0), syscall.ESRCH) || onlyZombies(p.pid))
}

// onlyZombies reports whether all that is left of a process group has ended, and is there only because nobody has waited for it: in
// a container often nobody does. It is Linux's way to tell; elsewhere it reports false.
func onlyZombies(pgid int) bool {
	stats, _ := filepath.Glob("/proc/[0-9]*/stat")
	seen := false
	for _, name := range stats {
		stat, err := os.ReadFile(name)
		if err != nil {
			continue // it is gone
		}
		fields := bytes.Fields(stat[bytes.LastIndexByte(stat, ')')+1:]) // state, parent, group
		if len(fields) > 2 && string(fields[2]) == strconv.Itoa(pgid) {
			if string(fields[0]) != "Z" {
				return false
			}
			seen = true
		}
	}
	return seen
}
