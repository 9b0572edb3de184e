package lualib

import (
	"os"
	"os/exec"
	"strconv"
	"syscall"
)

// shell is the command interpreter, by the runtime's own environment.
func (lib *Library) shell() string {
	if s, ok := lib.host.Getenv("ComSpec"); ok && s != "" {
		return s
	}
	return `C:\Windows\System32\cmd.exe`
}

func haveShell() bool { return true }

// begin starts the shell in a process group of its own.
func (p *process) begin(command string, files []*os.File) error {
	lib := p.lib
	sh := lib.shell()
	proc, err := os.StartProcess(sh, []string{sh}, &os.ProcAttr{
		Dir: lib.host.Dir(), Env: append([]string{}, lib.host.Environ()...), Files: files,
		Sys: &syscall.SysProcAttr{CmdLine: `cmd /C "` + command + `"`, CreationFlags: syscall.CREATE_NEW_PROCESS_GROUP},
	})
	if err != nil {
		return err
	}
	p.os, p.pid = proc, proc.Pid
	lib.commands.all.Go(func() {
		p.how, p.code, p.status = "exit", 255, -1
		if st, err := proc.Wait(); err == nil {
			p.code, p.status = st.ExitCode(), st.ExitCode()
		}
		p.over()
	})
	return nil
}

// signal ends the process and those it has started; the system has no polite way.
func (p *process) signal(bool) {
	if exec.Command("taskkill", "/T", "/F", "/PID", strconv.Itoa(p.pid)).Run() != nil {
		p.os.Kill()
	}
}

func (p *process) gone() bool { return p.ended() }

// pause and resume do nothing: nobody stops a process here.
func (p *process) pause()  {}
func (p *process) resume() {}
