package lualib

import (
	"context"
	"errors"
	"os"
	"syscall"
	"time"

	lua "github.com/yuin/gopher-lua"
)

// Group is a process group that a builtin has started. Its methods may be called from any goroutine.
type Group struct{ g *group }

// Exit is how a process has ended.
type Exit struct {
	Status int
	Signal string // which has ended it, without SIG; else ""
}

// StartGroup starts programs in a process group of their own, off the loop.
func (lib *Library) StartGroup(ctx context.Context, commands []Command, count *OpenFiles) (*Group, error) {
	var g *group
	err := lib.Retry(ctx, func() (err error) {
		g, err = lib.startGroup(commands, count, nil)
		return err
	})
	if err != nil {
		return nil, err
	}
	return &Group{g}, nil
}

// Pid is the first process's number.
func (g *Group) Pid() int { return g.g.leader().pid }

// Wait waits until all have ended that were started together, and reports whether that was before the end of ctx. Where Ctrl-C has
// ended them, it lets the script's cancellation come first, for a while.
func (g *Group) Wait(ctx context.Context) bool {
	if !g.g.await(ctx) {
		return false
	}
	g.g.leader().handOn(ctx)
	return true
}

// Ended reports whether all have ended that were started together.
func (g *Group) Ended() bool { return g.g.ended() }

// Exits say how they have ended, once they have.
func (g *Group) Exits() []Exit {
	exits := make([]Exit, len(g.g.all))
	for i, p := range g.g.all {
		if p.how == "signal" {
			exits[i].Signal = signalName(syscall.Signal(p.code))
		} else {
			exits[i].Status = p.code
		}
	}
	return exits
}

// Signal sends the group a signal, by its name without SIG. The error is os.ErrProcessDone where all have ended, and nil otherwise
// where there is nobody to get it.
func (g *Group) Signal(name string) error {
	if g.g.gone() {
		return os.ErrProcessDone
	}
	if err := g.g.leader().signal(signalOf(name)); err != nil && !errors.Is(err, syscall.ESRCH) {
		return err
	}
	return nil
}

// Terminate ends the group: by the signal of that name and, after some time, SIGKILL. It returns when it is gone, at the latest after
// grace.
func (g *Group) Terminate(name string, after, grace time.Duration) {
	if !g.g.gone() {
		g.g.terminate(signalOf(name), after, grace)
	}
}

// IsSignal reports whether there is a signal of that name, without SIG, that can be sent here.
func IsSignal(name string) bool { return signalOf(name) != 0 }

// WriteTo writes to the runtime's standard output (1) or standard error (2) from a goroutine of a builtin's.
func (lib *Library) WriteTo(to int, p []byte) { lib.commands.write(lib.host, to, p) }

// Forward copies the rest of what a process that has ended has left behind to the runtime's standard output (1) or standard error (2),
// until nothing comes any more or the runtime closes, and closes r.
func (lib *Library) Forward(to int, r *os.File) { lib.commands.forward(lib.host, r, to) }

// IsStdin reports whether a value is the handle of standard input.
func (lib *Library) IsStdin(v lua.LValue) bool {
	f := lib.fileOf(v)
	return f != nil && f.std == stdin
}

// IsClosed reports whether a value is a file handle that is closed.
func (lib *Library) IsClosed(v lua.LValue) bool {
	f := lib.fileOf(v)
	return f != nil && f.closed
}

// Stdin is the handle of standard input.
func (lib *Library) Stdin() lua.LValue {
	lib.standardInput()
	return lib.files.stdinHandle
}

// StreamOf is the host's own stream, or the system's file, that a handle stands for; nil for another stream. ok says that it is a
// handle that is open.
func (lib *Library) StreamOf(v lua.LValue) (stream any, ok bool) {
	f := lib.fileOf(v)
	if f == nil || f.closed {
		return nil, false
	}
	in, out, errw := lib.host.Streams()
	switch f.std {
	case stdin:
		return in, true
	case stdout:
		return out, true
	case stderr:
		return errw, true
	}
	if f.os == nil {
		return nil, true
	}
	return f.os, true
}
