package lualib

import (
	"os"
	"reflect"
	"runtime"
	"strings"
	"sync/atomic"
	"syscall"

	"golang.org/x/sys/windows"
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

// sysGroup is a group as Windows has it: a job, in which whatever its processes start is as well.
type sysGroup struct {
	job    windows.Handle // 0: nothing was started yet
	killed atomic.Bool    // by us
}

// exitQueue is nothing here.
type exitQueue struct{}

func (*commands) watchStops(*terminal) {}

func (*sysProcess) nudge(*process) {}

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

// begin starts a program in the job of its group. It is started suspended: what runs already may have started others, which are in no job.
func (p *process) begin(cmd *Command) error {
	attr := &syscall.SysProcAttr{CmdLine: cmd.Line, CreationFlags: windows.CREATE_NEW_PROCESS_GROUP | windows.CREATE_SUSPENDED}
	if cmd.Detach {
		attr.CreationFlags = windows.CREATE_NEW_PROCESS_GROUP | windows.DETACHED_PROCESS
	}
	proc, err := os.StartProcess(cmd.Path, cmd.Args, &os.ProcAttr{Dir: cmd.Dir, Env: append([]string{}, cmd.Env...), Files: cmd.Files[:], Sys: attr})
	if err != nil {
		return err
	}
	p.sys.os, p.pid = proc, proc.Pid
	if p.group.id == 0 {
		p.group.id = p.pid
	}
	if cmd.Detach {
		return nil
	}
	if err := p.enters(); err != nil {
		_ = proc.Kill() // it never ran
		_ = proc.Release()
		return &os.PathError{Op: "start", Path: cmd.Path, Err: err}
	}
	return nil
}

// enters puts a process that was started suspended into the job of its group, and has it run.
func (p *process) enters() error {
	var failure error
	if err := p.sys.os.WithHandle(func(handle uintptr) {
		if failure = p.group.takes(windows.Handle(handle)); failure == nil {
			failure = resume(handle)
		}
	}); err != nil {
		return err
	}
	return failure
}

// takes puts a process into the group's job, which it makes for the first.
func (g *group) takes(p windows.Handle) error {
	if g.sys.job == 0 {
		job, err := windows.CreateJobObject(nil, nil)
		if err != nil {
			return err
		}
		g.sys.job = job
		runtime.AddCleanup(g, func(job windows.Handle) { windows.CloseHandle(job) }, job) // who is in it goes on
	}
	return windows.AssignProcessToJobObject(g.sys.job, p)
}

var resumeProcess = windows.NewLazySystemDLL("ntdll.dll").NewProc("NtResumeProcess")

// resume has a process run that was started suspended. Package syscall has closed the handle of its thread, by which the documented
// functions would.
func resume(process uintptr) error {
	if err := resumeProcess.Find(); err != nil {
		return err
	}
	if status, _, _ := resumeProcess.Call(process); status != 0 {
		return windows.NTStatus(status)
	}
	return nil
}

// reap waits for the end.
func (p *process) reap() {
	p.how, p.code, p.status = "exit", 255, -1
	if st, err := p.sys.os.Wait(); err == nil {
		p.code, p.status = st.ExitCode(), st.ExitCode()
	}
	if p.code == killedCode && p.group.sys.killed.Load() {
		p.how, p.code = "signal", int(killed)
	}
	p.group.ends(0)
	p.over()
}

// isOver gives a process back that is detached: the system waits for nobody.
func (p *process) isOver() bool {
	p.sys.os.Release()
	return true
}

// killedCode is the status of what we have ended.
const killedCode = 1

// signal ends the processes of the group and those they have started; the system has no polite way.
func (p *process) signal(syscall.Signal) error {
	p.group.sys.killed.Store(true)
	return windows.TerminateJobObject(p.group.sys.job, killedCode)
}

// gone reports whether nothing is left of the group.
func (g *group) gone() bool {
	if !g.ended() {
		return false
	}
	var info jobAccounting
	err := windows.QueryInformationJobObject(g.sys.job, windows.JobObjectBasicAccountingInformation, reflect.ValueOf(&info).Pointer(), uint32(reflect.TypeOf(info).Size()), nil)
	runtime.KeepAlive(&info)
	return err != nil || info.ActiveProcesses == 0
}

// jobAccounting is JOBOBJECT_BASIC_ACCOUNTING_INFORMATION.
type jobAccounting struct {
	TotalUserTime, TotalKernelTime           int64
	ThisPeriodUserTime, ThisPeriodKernelTime int64
	TotalPageFaultCount                      uint32
	TotalProcesses                           uint32
	ActiveProcesses                          uint32
	TotalTerminatedProcesses                 uint32
}

// pause and resume do nothing: nobody stops a process here.
func (p *process) pause()  {}
func (p *process) resume() {}

// listen has nothing to do: a console tells us of Ctrl-C, whoever reads from it.
func (g *group) listen(*process, *Command, *os.File) error { return nil }

// hearing is nothing here.
type hearing struct{}

func (*hearing) serve(bool) {}

// isWritten is for systems on which a child that is being started has what its parent has open.
func isWritten(error) bool { return false }
