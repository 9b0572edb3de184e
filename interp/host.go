package interp

import (
	"context"
	"errors"
	"io"
	"strings"
	"time"

	lua "github.com/yuin/gopher-lua"
)

// host is the runtime as Lua's own library sees it.
type host struct{ rt *Runtime }

func (h *host) wait(L *lua.LState, fn func(ctx context.Context), finish bool) error {
	t := h.rt.current()
	if t == nil {
		return errors.New("no running task")
	}
	t.waits = libraryCall
	return h.rt.block(t, func(ctx context.Context) error {
		fn(ctx)
		return nil
	}, finish)
}

// libraryCall names a wait in the standard library.
var libraryCall = &Def{Name: "I/O"}

func (h *host) Block(L *lua.LState, fn func(ctx context.Context)) error  { return h.wait(L, fn, false) }
func (h *host) Finish(L *lua.LState, fn func(ctx context.Context)) error { return h.wait(L, fn, true) }

func (h *host) Fail(L *lua.LState, err error) { h.rt.raise(L, err) }

func (h *host) Stdin() io.Reader {
	if h.rt.cfg.stdin == nil {
		return strings.NewReader("")
	}
	return h.rt.cfg.stdin
}

func (h *host) Stdout() io.Writer  { return h.rt.out }
func (h *host) Stderr() io.Writer  { return h.rt.stderr() }
func (h *host) FlushStdout() error { return h.rt.out.flush() }
func (h *host) Now() time.Time     { return h.rt.loop.Wall() }
func (h *host) Dir() string        { return h.rt.cfg.dir }
func (h *host) Environ() []string  { return h.rt.cfg.env }

func (h *host) Grace() time.Duration { return h.rt.cfg.grace }

func (h *host) Path() string {
	if h.rt.cfg.path == "" {
		return "./?.lua;./?/init.lua"
	}
	return h.rt.cfg.path
}

func (h *host) Getenv(name string) (string, bool) {
	for i := len(h.rt.cfg.env) - 1; i >= 0; i-- { // the last one counts, as in os/exec
		if k, v, ok := strings.Cut(h.rt.cfg.env[i], "="); ok && k == name {
			return v, true
		}
	}
	return "", false
}

func (h *host) Text(v lua.LValue) (string, bool) {
	if ud, ok := v.(*lua.LUserData); ok {
		if e, ok := ud.Value.(*Error); ok {
			return e.Error(), true
		}
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
