//go:build !unix && !windows

package lualib

import (
	"os"
	"syscall"
	"time"
)

// A browser, and WASI: there are files, perhaps, but neither processes nor signals.

var errReadOnly error = syscall.EROFS

var tempVars = []string{"TMPDIR"}

func systemTemp() string { return "/tmp" }

// cErrno is for errors whose texts and numbers are not C's.
func cErrno(syscall.Errno) (text string, code int, ok bool) { return "", 0, false }

var started = time.Now()

// cpuTime is the time since the start: there is one thread, which does everything.
func cpuTime() time.Duration { return time.Since(started) }

func haveShell() bool { return false }

func shellCommand(command string, env []string) Command { return Command{} }

const killed = syscall.SIGKILL

func signalOf(string) syscall.Signal   { return 0 }
func signalName(syscall.Signal) string { return "" }

func (p *process) begin(*Command) error {
	return errNoSystem
}

type (
	sysProcess struct{}
	sysGroup   struct{}
	exitQueue  struct{}
)

func (*commands) watchStops(*terminal) {}

func (*sysProcess) nudge(*process)             {}
func (p *process) reap()                       {}
func (p *process) signal(syscall.Signal) error { return nil }
func (p *process) isOver() bool                { return true }
func (g *group) gone() bool                    { return true }
func (p *process) pause()                      {}
func (p *process) resume()                     {}

func (g *group) listen(*process, *Command, *os.File) error { return nil }

// hearing is nothing here.
type hearing struct{}

func (*hearing) serve(bool) {}

func isWritten(error) bool { return false }
