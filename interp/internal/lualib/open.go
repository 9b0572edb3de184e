package lualib

import (
	"context"
	"errors"
	"os"
	"strings"
	"sync/atomic"
	"syscall"

	lua "github.com/yuin/gopher-lua"

	"github.com/lull-lua/lull/interp/internal/vm"
)

// openFlags are the flags of a mode of fopen's, as C libraries take it: its first letter decides, + and x may stand anywhere behind
// it, and what else is there (b, t, e, ccs=) means nothing here. It ends at a NUL byte, as any text of C's.
func openFlags(mode string) (flags int, ok bool) {
	mode, _, _ = strings.Cut(mode, "\x00")
	if mode == "" {
		return 0, false
	}
	switch mode[0] {
	case 'r':
	case 'w':
		flags = os.O_WRONLY | os.O_CREATE | os.O_TRUNC
	case 'a':
		flags = os.O_WRONLY | os.O_CREATE | os.O_APPEND
	default:
		return 0, false
	}
	if strings.Contains(mode, "+") {
		flags = flags&^os.O_WRONLY | os.O_RDWR
	}
	if strings.Contains(mode, "x") && flags&os.O_CREATE != 0 {
		flags |= os.O_EXCL
	}
	return flags, true
}

// open opens a file with fn, off the loop, and counts it. A file that is opened after the task was cancelled is closed.
func (lib *Library) open(L *lua.LState, w *waits, fn func(ctx context.Context) (File, error)) (f File, count *OpenFiles, failure error) {
	lib.files.sweep()
	count = lib.host.OpenFiles()
	var over atomic.Bool // one of the two is through: the other has what was opened
	if err := lib.host.Block(w.abandon(false), func(ctx context.Context) {
		if failure = count.Add(); failure != nil {
			return
		}
		opened, err := fn(ctx)
		if f, failure = opened, err; err != nil {
			count.Done()
		} else if over.Swap(true) {
			count.Done()
			opened.Close()
		}
	}); err != nil {
		if over.Swap(true) {
			count.Done()
			f.Close()
		}
		lib.host.Fail(L, err)
	}
	lib.refuse(L, failure)
	return f, count, failure
}

// refuse raises an error that is [ErrOpenFiles], or a panic of the host's, whatever becomes of others.
func (lib *Library) refuse(L *lua.LState, err error) {
	vm.Panics(err)
	if errors.Is(err, ErrOpenFiles) {
		lib.host.Fail(L, err)
	}
}

// openPath opens a file; the error is the system's.
func (lib *Library) openPath(L *lua.LState, w *waits, name, mode string) (*lua.LUserData, error) {
	flags, ok := openFlags(mode)
	if !ok {
		return nil, syscall.EINVAL
	}
	var st os.FileInfo
	f, count, err := lib.open(L, w, func(ctx context.Context) (f File, err error) {
		if f, err = lib.host.Files().Open(ctx, name, flags, 0o666); err == nil {
			if st, err = f.Stat(); err != nil {
				f.Close()
			}
		}
		return f, err
	})
	if err != nil {
		return nil, err
	}
	h := lib.toBeRead(f, st)
	h.name, h.count, h.write = name, count, flags&(os.O_WRONLY|os.O_RDWR) != 0
	if flags&os.O_WRONLY != 0 {
		h.src = nil
	}
	h.fifo = h.fifo && !h.write
	if st.Mode()&os.ModeCharDevice != 0 {
		h.buffering = LineBuffered
		h.ofTerminal()
	}
	return lib.handle(h), nil
}

// toBeRead is an open file as it is read.
func (lib *Library) toBeRead(f File, st os.FileInfo) *file {
	h := &file{lib: lib, f: f, src: f, fifo: st.Mode()&os.ModeNamedPipe != 0}
	if f, ok := f.(*os.File); ok {
		h.os, h.kind = f, kindOf(f)
	}
	return h
}

// OpenPath opens a file as io.open does, for the function in Go of that name which runs on L.
func (lib *Library) OpenPath(L *lua.LState, by, name, mode string) (*lua.LUserData, error) {
	return lib.openPath(L, lib.waitsFor(by), name, mode)
}

// mustOpen is openPath that raises an error about argument 1.
func (lib *Library) mustOpen(L *lua.LState, w *waits, name, mode string) *lua.LUserData {
	ud, err := lib.openPath(L, w, name, mode)
	if err != nil {
		text, _ := cError(err)
		vm.ArgError(L, 1, vm.Short(name)+": "+text)
	}
	return ud
}

func (lib *Library) tmpfile(L *lua.LState, w *waits) int {
	var name string
	f, count, err := lib.open(L, w, func(ctx context.Context) (f File, err error) {
		if name, f, err = lib.createTemp(ctx); err == nil {
			lib.host.Files().Remove(name) // Windows refuses while it is open; then it stays until somebody empties the folder
		}
		return f, err
	})
	if err != nil {
		return failed(L, "", err)
	}
	h := &file{name: name, f: f, count: count, src: f, kind: direct, write: true}
	h.os, _ = f.(*os.File)
	L.Push(lib.handle(h))
	return 1
}
