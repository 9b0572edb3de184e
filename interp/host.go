package interp

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"strings"
	"time"

	lua "github.com/yuin/gopher-lua"

	"github.com/lull-lua/lull/interp/internal/lualib"
	"github.com/lull-lua/lull/interp/internal/sched"
	"github.com/lull-lua/lull/interp/internal/vm"
)

// host is the runtime as Lua's own library sees it.
type host struct {
	rt    *Runtime
	calls map[*lualib.Wait]*Def // names of waits, as tracebacks show them
}

// waits is the running task, which is about to wait as w says.
func (h *host) waits(w *lualib.Wait) (*Task, error) {
	t := h.rt.current()
	if t == nil {
		return nil, errors.New("no running task")
	}
	d := h.calls[w]
	if d == nil {
		d = &Def{Name: w.Name}
		h.calls[w] = d
	}
	t.waits = d
	return t, nil
}

func (h *host) Checkpoint(w *lualib.Wait) error {
	t, err := h.waits(w)
	if err != nil {
		return err
	}
	h.rt.passes(t)
	return t.s.Checkpoint()
}

func (h *host) Block(w *lualib.Wait, fn func(ctx context.Context)) error {
	t, err := h.waits(w)
	if err != nil {
		return err
	}
	slots := h.rt.slots
	if w.Light {
		slots = nil
	}
	return h.rt.block(t, func(ctx context.Context) error {
		fn(ctx)
		return nil
	}, blocking{finish: w.Finish, passive: w.Passive, tidy: true}, slots)
}

func (h *host) Park(w *lualib.Wait, start func(wake func() bool), abort func(woken bool)) error {
	t, err := h.waits(w)
	if err != nil {
		return err
	}
	if c := t.s.Pending(); c != nil {
		return c
	}
	waker := t.s.Waker()
	start(func() bool { return waker.Wake(nil) })
	_, err = t.s.Park(aborted(abort))
	return err
}

// aborted is what a task in Park waits for.
type aborted func(woken bool)

// Abort implements sched.Aborter.
func (a aborted) Abort(_ sched.Waker, _ any, woken bool) { a(woken) }

func (h *host) Within(d time.Duration, wait func() error) (late bool, err error) {
	if err := h.rt.timerRoom(); err != nil {
		return false, err
	}
	var s sched.Scope
	t, done := h.rt.current(), false
	t.s.EnterFor(&s, d, idle{})
	leave := func(err error) bool {
		t := h.rt.current() // a coroutine may have gone on in another task
		return t != nil && s.Entered() && t.s.Exit(&s, err)
	}
	defer func() {
		if !done { // the coroutine was dropped
			leave(nil)
		}
	}()
	err = wait()
	done = true
	if leave(err) {
		return true, nil
	}
	return false, err
}

// idle is what the deadline of Within cancels with.
type idle struct{}

// Cancellation implements sched.Late.
func (idle) Cancellation() *sched.Cancelled {
	return &sched.Cancelled{Reason: "nothing came or went", Cause: ErrTimeout}
}

func (h *host) Post(fn func()) { h.rt.loop.Post(fn) }

func (h *host) Lost(opener any, err error) {
	var r *run
	switch x := opener.(type) {
	case *run:
		r = x
	case *Task:
		if x != nil {
			r = x.run
		}
	}
	if p := (*vm.Panic)(nil); errors.As(err, &p) {
		h.rt.broken(r, newError(err))
	} else {
		h.rt.leave(err)
	}
}

func (h *host) Fail(L *lua.LState, err error) { vm.Throw(L, h.rt.raisable(L, err)) }

func (h *host) BufferStdout(b lualib.Buffering) { h.rt.out.Buffer(b) }

func (h *host) Streams() (stdin io.Reader, stdout, stderr io.Writer) {
	return h.rt.cfg.stdin, h.rt.out.Host(), h.rt.cfg.stderr
}

func (h *host) Stdout() io.Writer   { return h.rt.out }
func (h *host) Stderr() io.Writer   { return counted{h.rt} }
func (h *host) Written(n int) error { return h.rt.written(n) }
func (h *host) FlushStdout() error  { return h.rt.flushed() }
func (h *host) Unread(err error)    { h.rt.unread(err) }
func (h *host) Now() time.Time      { return h.rt.loop.Wall() }
func (h *host) Dir() string         { return h.rt.cfg.dir }
func (h *host) System() bool        { return h.rt.cfg.system }
func (h *host) Processes() bool     { return h.rt.cfg.system && h.rt.cfg.tree == nil }
func (h *host) Files() lualib.Files { return h.rt.cfg.files }
func (h *host) Starting(cmd *lualib.Command) error {
	if h.rt.cfg.starting == nil {
		return nil
	}
	c := Command{Path: cmd.Path, Args: cmd.Args, Env: cmd.Env, Dir: cmd.Dir, Files: cmd.Files, Detach: cmd.Detach, Foreground: cmd.Foreground, Interrupt: cmd.Interrupt}
	if err := h.rt.cfg.starting(&c); err != nil {
		return err
	}
	cmd.Path, cmd.Args, cmd.Env, cmd.Dir = c.Path, c.Args, c.Env, c.Dir
	return nil
}
func (h *host) Environ() []string { return h.rt.environ() }

func (h *host) Task() any {
	if t := h.rt.current(); t != nil {
		return t
	}
	return nil
}

func (h *host) OpenFiles() *lualib.OpenFiles { return h.rt.openFiles() }

func (h *host) Opener() any {
	t := h.rt.current()
	if t == nil || t.daemon {
		return t
	}
	return t.run
}

func (h *host) Grace() time.Duration { return h.rt.cfg.grace }

func (h *host) MaxSource(most int) int { return h.rt.limits.MaxSource(most) }
func (h *host) Source(n int) error     { return h.rt.source(n) }

func (h *host) Reserve(n int) (release func(), err error) { return h.rt.reserve(n) }

func (h *host) Path() (path, cpath string, folders []string) {
	if _, none := h.rt.cfg.files.(lualib.NoFiles); none {
		return "", "", nil
	}
	return h.rt.cfg.path, h.rt.cfg.cpath, h.rt.cfg.folders
}

func (h *host) Module(name string) *lua.LFunction { return h.rt.module(name) }

func (h *host) Loader() func(ctx context.Context, name string) (*lua.FunctionProto, error) {
	loaders := h.rt.cfg.loaders
	if len(loaders) == 0 {
		return nil
	}
	return func(ctx context.Context, name string) (*lua.FunctionProto, error) {
		for _, l := range loaders {
			load := l.load
			var p *Program
			var err error
			if e := vm.Guard("a loader", func() { p, err = load(ctx, name) }); e != nil {
				return nil, e
			}
			if err != nil && !errors.Is(err, fs.ErrNotExist) {
				return nil, err
			}
			if err == nil && p != nil {
				return p.proto, nil
			}
		}
		return nil, nil
	}
}

func (h *host) Getenv(name string) (string, bool) {
	if env := h.rt.env; env != nil {
		return envValue(vm.Field(env, name))
	}
	for i := len(h.rt.cfg.env) - 1; i >= 0; i-- { // the last one counts, as in os/exec
		if k, v, ok := strings.Cut(h.rt.cfg.env[i], "="); ok && k == name {
			return v, true
		}
	}
	return "", false
}

func (h *host) Text(v lua.LValue) (string, bool) {
	if e, ok := object(v).(*Error); ok {
		return e.text(), true
	}
	return "", false
}

func (h *host) Exit(L *lua.LState, code int) error {
	t := h.rt.current()
	if t == nil {
		return errors.New("no running task")
	}
	return t.run.exit(t, code)
}
