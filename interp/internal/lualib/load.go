package lualib

import (
	"context"
	"errors"
	"io"
	"math"
	"os"
	"strings"

	lua "github.com/yuin/gopher-lua"

	"github.com/lull-lua/lull/interp/internal/vm"
)

// maxChunk is more than a chunk may have.
const maxChunk = 64<<20 + 1

// openLoad makes the globals that load files.
func (lib *Library) openLoad(L *lua.LState) {
	file, do := waitsOf("loadfile"), waitsOf("dofile")
	vm.Define(L, L.G.Global, []vm.Named{
		{Name: lua.LString("dofile"), Fn: func(L *lua.LState) int {
			src, name, err := lib.chunk(L, do)
			if err != nil {
				vm.Raise(L, lua.LString(err.Error()))
			}
			L.SetTop(0)
			if lib.loaded(L, src, name, nil) == 2 {
				vm.Raise(L, L.Get(-1))
			}
			L.Call(0, lua.MultRet)
			return L.GetTop()
		}},
		{Name: lua.LString("loadfile"), Fn: func(L *lua.LState) int {
			src, name, err := lib.chunk(L, file)
			if err != nil {
				L.Push(lua.LNil)
				L.Push(lua.LString(err.Error()))
				return 2
			}
			return lib.loaded(L, src, name, nil)
		}},
	})
}

func (lib *Library) loadstring(L *lua.LState) int {
	src := lib.checkString(L, 1)
	return lib.loaded(L, src, lib.optString(L, 2, src), nil)
}

// Compiling a byte of source takes so many bytes, and so much work as vm.Work counts it.
const (
	sourceFactor = 100
	workFactor   = 64
)

// times is a factor times n, or as much of it as an int holds.
func times(factor, n int) int { return factor * min(n, math.MaxInt/factor) }

// loaded compiles a chunk and pushes its function, or nil and the message. env is its environment: nil is the globals.
func (lib *Library) loaded(L *lua.LState, src, name string, env *lua.LTable) int {
	proto := lib.dumps.find(src)
	var err error
	if proto == nil {
		if err := lib.host.Source(len(src)); err != nil { // a file of which enough was read to be refused, never less than all of it
			lib.host.Fail(L, err)
		}
		vm.Room(L, times(sourceFactor, len(src)))
		vm.Work(L, times(workFactor, len(src)))
		proto, err = vm.CompileOn(L, name, []byte(src))
	}
	return lib.function(L, proto, err, env)
}

// function pushes the function of a chunk that was compiled, or nil and the message.
func (lib *Library) function(L *lua.LState, proto *lua.FunctionProto, err error, env *lua.LTable) int {
	if err != nil {
		L.Push(lua.LNil)
		L.Push(lua.LString(err.Error()))
		return 2
	}
	fn := vm.NewFunction(L, proto)
	if env != nil {
		fn.Env = env
	}
	L.Push(fn)
	return 1
}

// load is load(chunk [, name [, mode [, env]]]): chunk is a string, or a function that returns the pieces of one.
func (lib *Library) load(L *lua.LState) int {
	fn, isFunction := L.Get(1).(*lua.LFunction)
	src, name := "", "=(load)"
	if !isFunction {
		if _, ok := lib.text(L.Get(1)); !ok {
			vm.TypeError(L, 1, "function")
		}
		src = lib.checkString(L, 1)
		name = src
	}
	name = lib.optString(L, 2, name)
	mode := lib.optString(L, 3, "bt")
	var env *lua.LTable
	if L.Get(4) != lua.LNil {
		env = checkTable(L, 4)
	}
	var r *reader
	if isFunction {
		r = &reader{lib: lib, l: L, fn: fn}
		first, err := r.piece()
		for err == nil && strings.HasPrefix(first, "\x1b") && len(first) <= maxDump { // all of what string.dump gave
			var piece string
			if piece, err = r.piece(); piece == "" {
				break
			}
			first += piece
		}
		if err != nil {
			return r.failed()
		}
		src = first
	}
	kind := "text"
	if strings.HasPrefix(src, "\x1b") {
		kind = "binary"
	}
	if !strings.Contains(mode, kind[:1]) {
		L.Push(lua.LNil)
		L.Push(lua.LString("attempt to load a " + kind + " chunk (mode is '" + vm.Short(mode) + "')"))
		return 2
	}
	if r == nil || kind == "binary" {
		return lib.loaded(L, src, name, env)
	}
	proto, err := vm.CompileFrom(L, name, src, r.piece)
	if r.failure != nil {
		return r.failed()
	}
	return lib.function(L, proto, err, env)
}

// reader is a function of a script's that returns the pieces of a chunk, up to nil or an empty string.
type reader struct {
	lib     *Library
	l       *lua.LState
	fn      *lua.LFunction
	failure lua.LValue // what it raised
	size    int        // of what it has returned
	next    int        // the size at which limits are looked at again
	held    bool
	ended   bool
}

// bytes is what has been made of the pieces so far.
func (r *reader) bytes() int { return times(sourceFactor, r.size) }

var errReader = errors.New("the reader function has raised an error")

// piece calls the function, below which is the parser.
func (r *reader) piece() (string, error) {
	if r.ended {
		return "", nil
	}
	if vm.Limited(r.l) && !r.held {
		r.l.Push(&lua.LUserData{Value: r, Metatable: lua.LNil})
		r.held = true
	}
	vals, err := vm.CallDeep(r.l, r.fn, parserCalls)
	switch e := err.(type) {
	case *vm.Unwound:
		vm.Unwind(e.Err)
	case *vm.Raised:
		r.failure = e.Value
		return "", errReader
	}
	if len(vals) == 0 || vals[0] == lua.LNil {
		r.ended = true
		return "", nil
	}
	piece, ok := r.lib.text(vals[0])
	if !ok {
		r.failure = lua.LString(vm.Where(r.l, 1) + "reader function must return a string")
		return "", errReader
	}
	r.ended = piece == ""
	if r.size += len(piece); r.size >= r.next {
		vm.CheckText(r.l, r.size)
		vm.Room(r.l, times(sourceFactor, r.size))
		r.next = r.size + r.size/4 + 4096
	}
	vm.Work(r.l, times(workFactor, len(piece)))
	return piece, nil
}

// parserCalls is how many calls of Lua take as much of Go's stack as the parser does at most.
const parserCalls = 100

func (r *reader) failed() int {
	r.l.Push(lua.LNil)
	r.l.Push(r.failure)
	return 2
}

// chunk reads the file that argument 1 names, or standard input.
func (lib *Library) chunk(L *lua.LState, w *waits) (src, name string, err error) {
	if L.Get(1) == lua.LNil {
		f := lib.standardInput()
		f.locked(L, w, func() int {
			var v lua.LValue
			if v, err = f.all(L, w); err == nil || err == io.EOF {
				src, err = string(v.(lua.LString)), nil
			}
			return 0
		})
		vm.Panics(err)
		return src, "=stdin", err
	}
	path := lib.checkString(L, 1)
	if cerr := lib.host.Checkpoint(w.abandon(false)); cerr != nil {
		lib.host.Fail(L, cerr)
	}
	count := lib.host.OpenFiles()
	s := source{limited: vm.Limited(L)}
	if cerr := lib.host.Block(w.abandon(false), func(ctx context.Context) { lib.readChunk(ctx, &s, path, count) }); cerr != nil {
		lib.host.Fail(L, cerr)
	}
	lib.finish(L, w.abandon(false), &s, path)
	if err = s.err; err != nil {
		lib.refuse(L, err)
		err = chunkError(path, err)
	}
	return s.text, "@" + path, err
}

// smallChunk is what a source may take of a limited memory without its being asked for.
const smallChunk = 8 << 10

// source is a chunk's source that is read off the loop.
type source struct {
	text    string
	err     error
	limited bool // memory may be
	large   int  // it is, and the file has so many bytes, which are not read yet
}

// finish reads what was large, from name.
func (lib *Library) finish(L *lua.LState, w *Wait, s *source, name string) {
	if s.large == 0 {
		return
	}
	release, err := lib.host.Reserve(s.large)
	if err != nil {
		lib.host.Fail(L, err)
	}
	defer release()
	s.limited, s.large = false, 0
	count := lib.host.OpenFiles()
	if err := lib.host.Block(w, func(ctx context.Context) { lib.readChunk(ctx, s, name, count) }); err != nil {
		lib.host.Fail(L, err)
	}
}

// chunkError is luaL_loadfile's error about a file.
func chunkError(name string, err error) error {
	what := "open"
	if pe := (*os.PathError)(nil); errors.As(err, &pe) && pe.Op == "read" {
		what = "read"
	}
	text, _ := cError(err)
	return errors.New("cannot " + what + " " + vm.Short(name) + ": " + text)
}
