package lualib

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"syscall"
	"time"

	lua "github.com/yuin/gopher-lua"
)

// execute is os.execute([command]).
func (lib *Library) execute(L *lua.LState, w *waits) int {
	if L.Get(1) == lua.LNil {
		L.Push(lua.LNumber(b2i(lib.host.Processes() && haveShell())))
		return 1
	}
	command := lib.checkString(L, 1)
	o := lib.opening()
	o.opener = nil
	p, err := lib.run(w, func(ctx context.Context) (*process, error) {
		p, err := lib.start(ctx, command, nil, false, o)
		if err == nil {
			p.wait(ctx)
			p.handOn(ctx)
		}
		return p, err
	})
	if err != nil {
		lib.host.Fail(L, fmt.Errorf("os.execute: %w", err))
	}
	if !p.ended() {
		lib.host.Fail(L, errors.New("os.execute: the process could not be killed"))
	}
	L.Push(lua.LNumber(p.status))
	L.Push(lua.LString(p.how))
	L.Push(lua.LNumber(p.code))
	return 3
}

// run is a Block that starts a process, once standard output has been written out.
func (lib *Library) run(w *waits, fn func(ctx context.Context) (*process, error)) (*process, error) {
	_ = lib.host.FlushStdout() // an error stays for the next print, or the end
	var p *process
	var failure error
	err := lib.host.Block(w.finish(false), func(ctx context.Context) { p, failure = fn(ctx) })
	if err == nil {
		err = failure
	}
	return p, err
}

// popenMode takes a mode of C's popen apart: one of r and w, beside which some C libraries know b, t and e, which mean nothing here.
func popenMode(mode string) (write, ok bool) {
	mode, _, _ = strings.Cut(mode, "\x00")
	way := strings.Trim(mode, "bte")
	return way == "w", way == "r" || way == "w"
}

// popen is io.popen(command [, mode]).
func (lib *Library) popen(L *lua.LState, w *waits) int {
	command := lib.checkString(L, 1)
	write, ok := popenMode(lib.optString(L, 2, "r"))
	if !ok {
		return failed(L, command+": ", syscall.EINVAL)
	}
	lib.files.sweep()
	o := lib.opening()
	count := o.count
	var ours *os.File
	p, err := lib.run(w, func(ctx context.Context) (*process, error) {
		if err := count.Add(); err != nil {
			return nil, err
		}
		r, wr, err := lib.pipe(ctx)
		if err != nil {
			count.Done()
			return nil, err
		}
		theirs := r
		if ours = wr; !write {
			ours, theirs = r, wr
		}
		p, err := lib.start(ctx, command, theirs, write, o)
		theirs.Close()
		if err == nil && ctx.Err() != nil {
			p.terminate()
		}
		if err != nil {
			count.Done()
			ours.Close()
		}
		return p, err
	})
	switch {
	case err != nil && p != nil: // cancelled just after it had started
		count.Done()
		ours.Close()
		if !p.ended() {
			lib.files.closing.Go(p.terminate)
		}
		fallthrough
	case err != nil:
		lib.host.Fail(L, fmt.Errorf("io.popen: %w", err))
	}
	f := &file{name: command, f: ours, os: ours, count: count, proc: p, kind: kindOf(ours), write: write}
	if !write {
		f.src = ours
	}
	L.Push(lib.handle(f))
	return 1
}

// exited waits for the process of a popen file that has been closed, and pushes how it ended; err is of closing the file.
func (lib *Library) exited(L *lua.LState, w *waits, p *process, err error) int {
	if cerr := lib.host.Block(w.finish(true), func(ctx context.Context) {
		p.wait(ctx)
		p.handOn(ctx)
	}); cerr != nil {
		lib.files.closing.Go(p.terminate)
		lib.host.Fail(L, cerr)
	}
	if err != nil {
		return failed(L, "", err)
	}
	L.Push(lua.LNil)
	if p.code == 0 {
		L.Pop(1)
		L.Push(lua.LTrue)
	}
	L.Push(lua.LString(p.how))
	L.Push(lua.LNumber(p.code))
	return 3
}

// abandon closes a file that no script uses any more. Writing the rest may take as long as grace, and so may a process
// at the other end, before it is killed.
func (f *file) abandon(grace time.Duration) error {
	cut := f.proc != nil && f.proc.cut.Load()
	if cut {
		grace = min(grace, drainFor)
	}
	ctx, cancel := context.WithTimeout(context.Background(), grace)
	defer cancel()
	return f.abandonIn(ctx, cut)
}

// abandonIn is abandon until ctx ends. cut says that what is left may be lost.
func (f *file) abandonIn(ctx context.Context, cut bool) error {
	var err error
	if len(f.out) > 0 {
		var n int
		if n, err = f.writeOut(ctx, f.out); err == nil && n < len(f.out) {
			err = os.ErrDeadlineExceeded
		}
		if f.stream != nil && f.stream.Peer {
			err = nil
		}
	}
	if cerr := f.release(ctx); err == nil {
		err = cerr
	}
	if f.proc != nil {
		f.proc.wait(ctx)
		if cut {
			return nil // what it did not take in that time is lost with it
		}
	}
	if err != nil {
		return fmt.Errorf("closing %s: %w", f.name, err)
	}
	return nil
}
