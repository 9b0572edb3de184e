package lualib

import (
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
)

func haveShell() bool { return true }

// shellCommand is a command for the shell.
func shellCommand(command string, env []string) Command {
	sh := `C:\Windows\System32\cmd.exe`
	for _, e := range env {
		if name, value, _ := strings.Cut(e, "="); strings.EqualFold(name, "ComSpec") && value != "" {
			sh = value
		}
	}
	return Command{Path: sh, Args: []string{sh}, Env: env, Line: `cmd /C "` + command + `"`}
}

// sysProcess is a process as Windows has it.
type sysProcess struct{ os *os.Process }

// exitQueue is nothing here.
type exitQueue struct{}

func (*commands) watchStops(*terminal) {}

// There is one signal, which ends.
const killed = syscall.SIGKILL

func signalOf(name string) syscall.Signal {
	switch name {
	case "KILL", "TERM", "INT":
		return killed
	}
	return 0
}

func signalName(syscall.Signal) string { return "KILL" }

// begin starts a program in a process group of its own.
func (p *process) begin(cmd *Command) error {
	attr := &syscall.SysProcAttr{CmdLine: cmd.Line, CreationFlags: syscall.CREATE_NEW_PROCESS_GROUP}
	proc, err := os.StartProcess(cmd.Path, cmd.Args, &os.ProcAttr{Dir: cmd.Dir, Env: append([]string{}, cmd.Env...), Files: cmd.Files[:], Sys: attr})
	if err != nil {
		return err
	}
	p.sys.os, p.pid = proc, proc.Pid
	if p.group.id == 0 {
		p.group.id = p.pid
	}
	return nil
}

// reap waits for the end.
func (p *process) reap() {
	p.how, p.code, p.status = "exit", 255, -1
	if st, err := p.sys.os.Wait(); err == nil {
		p.code, p.status = st.ExitCode(), st.ExitCode()
	}
	p.group.ends(0)
	p.over()
}

// isOver gives a process back that is detached: the system waits for nobody.
func (p *process) isOver() bool {
	p.sys.os.Release()
	return true
}

// signal ends the processes of the group and those they have started; the system has no polite way.
func (p *process) signal(syscall.Signal) error {
	for _, p := range p.group.all {
		if !p.ended() && exec.Command("taskkill", "/T", "/F", "/PID", strconv.Itoa(p.pid)).Run() != nil {
			p.sys.os.Kill()
		}
	}
	return nil
}

func (g *group) gone() bool { return g.ended() }

// pause and resume do nothing: nobody stops a process here.
func (p *process) pause()  {}
func (p *process) resume() {}

// listen has nothing to do: a console tells us of Ctrl-C, whoever reads from it.
func (g *group) listen(*process, *Command, *os.File) error { return nil }

// hearing is nothing here.
type hearing struct{}

func (*hearing) serve(bool) {}
