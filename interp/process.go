package interp

import (
	"context"
	"errors"
	"math"
	"os"
	"strings"
	"time"

	lua "github.com/yuin/gopher-lua"

	"github.com/lull-lua/lull/interp/internal/lualib"
	"github.com/lull-lua/lull/interp/internal/vm"
)

// Processes start programs, where [WithSystem] grants them: as os.execute and io.popen do, in process groups of their own, behind the
// host where there is a terminal, which one that asks for it has until it ends. The methods may be called from any goroutine.
type Processes struct {
	rt    *Runtime
	count *lualib.OpenFiles
}

// Command is a program to be started.
type Command struct {
	Path   string   // of the program; a relative one starts from Dir
	Args   []string // with its name
	Env    []string // "NAME=value"
	Dir    string
	Files  [3]*os.File // its standard input, output and error; nil is the null device
	Detach bool        // in a session of its own, which nobody ends

	// Foreground, of the first of a group, gives the group the terminal's foreground from the start, if its standard input is that: it need
	// not ask by reading. While another has it, the group is the next in line. Interrupt says that a Ctrl-C, which then goes to
	// the group, ends by SIGINT what the host does as well, whatever the group does with it.
	Foreground, Interrupt bool
}

// WithStarting has starting asked before a program is started, by whatever builtin, with what is to be: it may change Path, Args, Env and Dir, or
// refuse by an error, which is raised. It is called off the loop, from any goroutine. For tests.
func WithStarting(starting func(c *Command) error) Option {
	return func(cfg *config) error {
		if starting == nil {
			return errors.New("WithStarting: the function is nil")
		}
		cfg.starting = starting
		return nil
	}
}

// Process is a process group that a builtin has started. The builtin that starts one gives [Call.Defer] what ends it. Its methods may be called
// from any goroutine.
type Process struct {
	g     *lualib.Group
	grace time.Duration
}

// Exit is how a process has ended: with a status or by a signal, such as "TERM".
type Exit = struct {
	Status int
	Signal string
}

// Processes are for a builtin that starts programs on a script's behalf. Output until now is written out. Each that runs
// counts as one of Limits.Files.
func (c *Call) Processes() Processes {
	c.outside("Processes")
	_ = c.rt.out.Flush() // an error is kept for the next print, or the end
	return Processes{c.rt, c.rt.openFiles()}
}

// Granted reports whether programs can be started.
func (p Processes) Granted() bool { return (&host{rt: p.rt}).Processes() }

// Start starts programs in one process group. If one cannot be started, none goes on. It blocks.
func (p Processes) Start(ctx context.Context, commands ...Command) (*Process, error) {
	if len(commands) == 0 {
		return nil, errors.New("interp: Start: there is nothing to start")
	}
	cmds := make([]lualib.Command, len(commands))
	for i, c := range commands {
		cmds[i] = lualib.Command{Path: c.Path, Args: c.Args, Env: c.Env, Dir: c.Dir, Files: c.Files, Detach: c.Detach, Foreground: c.Foreground, Interrupt: c.Interrupt}
	}
	g, err := p.rt.libs.StartGroup(ctx, cmds, p.count)
	if err != nil {
		return nil, err
	}
	return &Process{g, p.rt.cfg.grace}, nil
}

// Files are the host's standard streams, as programs may have them; nil for one that is no file, to which Write writes.
func (p Processes) Files() (files [3]*os.File) {
	in, out, err := (&host{rt: p.rt}).Streams()
	for i, s := range []any{in, out, err} {
		files[i], _ = s.(*os.File)
	}
	return files
}

// Write writes to the host's standard output (1) or standard error (2), as print does. It waits for the loop.
func (p Processes) Write(to int, b []byte) { p.rt.libs.WriteTo(to, b) }

// Forward copies what comes from r, the reading end of a pipe, to the host's standard output (1) or standard error (2), until that ends
// or the runtime closes. It is for what a process has left behind, and closes r.
func (p Processes) Forward(to int, r *os.File) { p.rt.libs.Forward(to, r) }

// Pid is the number of the first process, and of the group, unless one of its commands has Interrupt.
func (p *Process) Pid() int { return p.g.Pid() }

// Wait waits until all have ended that were started together, and reports whether that was before the end of ctx.
func (p *Process) Wait(ctx context.Context) bool { return p.g.Wait(ctx) }

// Ended reports whether they have ended.
func (p *Process) Ended() bool { return p.g.Ended() }

// Exits say how, once they have.
func (p *Process) Exits() []Exit {
	var exits []Exit
	for _, e := range p.g.Exits() {
		exits = append(exits, Exit(e))
	}
	return exits
}

// Signal sends a signal to the group, by its name: "TERM" or "SIGTERM". It is os.ErrProcessDone where nobody is left.
func (p *Process) Signal(name string) error {
	sig, ok := SignalName(name)
	if !ok {
		return Errorf(KindError, "there is no signal '%s' here", name)
	}
	return p.g.Signal(sig)
}

// Terminate ends the group: by a signal and, after some time, SIGKILL. It waits until it is gone, at the latest until ctx has ended.
// SIGKILL comes early enough for its effect to be seen within the runtime's grace.
func (p *Process) Terminate(ctx context.Context, signal string, after time.Duration) {
	sig, _ := SignalName(signal)
	ended := make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		select {
		case <-ended:
		default:
			_ = p.g.Signal("KILL")
		}
	})
	defer stop()
	defer close(ended)
	after = min(after, max(p.grace-lastKill, p.grace/2))
	p.g.Terminate(sig, after, after+min(lastKill, math.MaxInt64-after))
}

// lastKill is how long what was killed is waited for.
const lastKill = time.Second

// SignalName is a signal's name without SIG; ok says that it can be sent here.
func SignalName(name string) (short string, ok bool) {
	short = strings.TrimPrefix(strings.ToUpper(name), "SIG")
	return short, lualib.IsSignal(short)
}

// Environment as the value of a [Def] is a table of the environment that [WithEnv] gave: scripts change it for their runtime alone, in
// which os.getenv and what is started go by it from then on.
type Environment struct{}

// environment is that table.
func (rt *Runtime) environment() *lua.LTable {
	if rt.env == nil {
		rt.env = vm.NewTable(len(rt.cfg.env))
		for _, e := range rt.cfg.env {
			if name, value, ok := strings.Cut(e, "="); ok && name != "" {
				vm.SetField(rt.env, name, lua.LString(value))
			}
		}
	}
	return rt.env
}

// environ is the environment as processes get it.
func (rt *Runtime) environ() []string {
	if rt.env == nil {
		return rt.cfg.env
	}
	list := []string{}
	vm.Pairs(rt.env, func(k, v lua.LValue) bool {
		name, ok := k.(lua.LString)
		if text, is := envValue(v); ok && is && !strings.ContainsAny(string(name), "=\x00") && !strings.Contains(text, "\x00") {
			list = append(list, string(name)+"="+text)
		}
		return true
	})
	return list
}

func envValue(v lua.LValue) (string, bool) {
	switch v.(type) {
	case lua.LString, lua.LNumber:
		return vm.ValueText(v), true
	}
	return "", false
}

// Environ is the environment as processes get it: what WithEnv gave, and scripts have changed.
func (c *Call) Environ() []string { return c.rt.environ() }

// Stdin reports whether v is io.stdin, the handle of standard input.
func (c *Call) Stdin(v Value) bool { return c.rt.libs.IsStdin(v.lua()) }

// GiveBackStdin makes ready that a process reads standard input itself (the file of [Processes.Files]): it begins where scripts have
// read to. It reports false where that cannot be: scripts have read ahead of a pipe, for one. The builtin then passes on what the handle
// reads, and puts back by [Runtime.UnreadStdin] what the process has not taken.
func (c *Call) GiveBackStdin() bool {
	c.outside("GiveBackStdin")
	return c.rt.libs.GiveBackStdin()
}

// UnreadStdin puts b before what the handle of standard input reads next: it was read from there for somebody who did not take it. It is
// for the loop's side.
func (rt *Runtime) UnreadStdin(b []byte) { rt.libs.UnreadStdin(b) }

// PartialRead is a function read(handle, n) which, unlike a file handle's method, returns what there is, n bytes at most, and waits only as
// long as there is nothing: who passes on what comes holds nothing back by it. ok is false where v is no file handle.
func (c *Call) PartialRead(v Value) (read Value, ok bool) {
	if !c.rt.libs.IsHandle(v.lua()) {
		return Value{}, false
	}
	return Value{c.rt.libs.PartialRead(c.l), c.rt}, true
}
