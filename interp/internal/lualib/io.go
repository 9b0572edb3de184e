package lualib

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"os"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	lua "github.com/yuin/gopher-lua"

	"github.com/lull-lua/lull/interp/internal/vm"
)

// files are the file handles of a runtime.
type files struct {
	mt            *lua.LTable
	input, output *lua.LUserData // where io.read reads and io.write writes
	stdin         *file
	partial       *lua.LFunction // see PartialRead; made when it is wanted
	stdinHandle   *lua.LUserData
	open          map[*file]struct{} // that have something to give back
	opened        uint64             // so far
	keep          bool               // see KeepUnclosed
	lost          []unclosed
	waits         map[string]*waits // of builtins; see waitsFor
	tty           terminal

	some    atomic.Bool // dropped is not empty
	mu      sync.Mutex
	dropped []*file      // that no script can reach any more
	leaving atomic.Int64 // of those: whose descriptor has not been given back yet
	closing sync.WaitGroup
}

// openIO makes the table io, and the methods of file handles.
func (lib *Library) openIO(L *lua.LState) {
	fs := &lib.files
	fs.open, fs.waits = map[*file]struct{}{}, map[string]*waits{}
	lib.commands = commands{over: make(chan struct{}), begun: make(chan struct{}), running: map[*process]struct{}{}, pipes: map[*os.File]struct{}{}}
	mt := vm.NewTable(10)
	fs.mt = mt
	method := func(name string, fn func(L *lua.LState, f *file, w *waits) int) {
		w := waitsOf("file:" + name)
		mt.RawSetString(name, L.NewFunction(func(L *lua.LState) int { return fn(L, lib.checkOpen(L, 1), w) }))
	}
	method("close", lib.closeFile)
	method("flush", flushFile)
	method("lines", func(L *lua.LState, f *file, _ *waits) int { return lib.lines(L, L.Get(1).(*lua.LUserData), false) })
	method("read", func(L *lua.LState, f *file, w *waits) int { return f.readArgs(L, w, 2) })
	method("seek", seekFile)
	method("setvbuf", setvbuf)
	method("write", func(L *lua.LState, f *file, w *waits) int { return lib.writeArgs(L, f, w, 2) })
	gc := waitsOf("file:__gc")
	mt.RawSetString("__gc", L.NewFunction(func(L *lua.LState) int { // nothing calls it but scripts: see dropped
		if f := lib.checkFile(L, 1); !f.closed && f.std == notStd {
			lib.closeFile(L, f, gc)
		}
		return 0
	}))
	mt.RawSetString("__index", mt)
	mt.RawSetString("__tostring", L.NewFunction(func(L *lua.LState) int {
		text := "file (closed)"
		if f := lib.checkFile(L, 1); !f.closed {
			text = fmt.Sprintf("file (%p)", f)
		}
		L.Push(lua.LString(text))
		return 1
	}))
	if reg, ok := L.Get(lua.RegistryIndex).(*lua.LTable); ok {
		reg.RawSetString("FILE*", mt)
	}

	t := vm.NewTable(16)
	def := func(name string, fn func(L *lua.LState, w *waits) int) {
		w := waitsOf("io." + name)
		t.RawSetString(name, L.NewFunction(func(L *lua.LState) int { return fn(L, w) }))
	}
	def("close", func(L *lua.LState, w *waits) int {
		if L.GetTop() == 0 {
			L.Push(fs.output)
		}
		return lib.closeFile(L, lib.checkOpen(L, 1), w)
	})
	def("flush", func(L *lua.LState, w *waits) int {
		return flushFile(L, lib.standard(L, fs.output, "output"), w)
	})
	def("input", func(L *lua.LState, w *waits) int { return lib.redirect(L, w, &fs.input, "r") })
	def("output", func(L *lua.LState, w *waits) int { return lib.redirect(L, w, &fs.output, "w") })
	def("lines", func(L *lua.LState, w *waits) int {
		if L.Get(1) == lua.LNil {
			lib.standard(L, fs.input, "input")
			return lib.lines(L, fs.input, false)
		}
		return lib.lines(L, lib.mustOpen(L, w, lib.checkString(L, 1), "r"), true)
	})
	if lib.granted() {
		lib.openFiles(def)
	}
	if lib.host.System() {
		def("popen", lib.popen)
	}
	def("read", func(L *lua.LState, w *waits) int { return lib.standard(L, fs.input, "input").readArgs(L, w, 1) })
	def("type", func(L *lua.LState, _ *waits) int {
		checkAny(L, 1)
		f := lib.fileOf(L.Get(1))
		switch {
		case f == nil:
			L.Push(lua.LNil)
		case f.closed:
			L.Push(lua.LString("closed file"))
		default:
			L.Push(lua.LString("file"))
		}
		return 1
	})
	def("write", func(L *lua.LState, w *waits) int {
		return lib.writeArgs(L, lib.standard(L, fs.output, "output"), w, 1)
	})
	in, _, _ := lib.host.Streams()
	fs.stdin = lib.inputOf(in)
	fs.stdinHandle = lib.handle(fs.stdin)
	fs.input = fs.stdinHandle
	fs.output = lib.handle(&file{std: stdout, write: true})
	t.RawSetString("stdin", fs.input)
	t.RawSetString("stdout", fs.output)
	t.RawSetString("stderr", lib.handle(&file{std: stderr, write: true}))
	lib.register(L, "io", t)
}

// openFiles makes the functions of io that open files by their names alone.
func (lib *Library) openFiles(def func(name string, fn func(L *lua.LState, w *waits) int)) {
	def("open", func(L *lua.LState, w *waits) int {
		path, mode := lib.checkString(L, 1), lib.optString(L, 2, "r")
		ud, err := lib.openPath(L, w, path, mode)
		if err != nil {
			return failed(L, vm.Short(path)+": ", err)
		}
		L.Push(ud)
		return 1
	})
	def("tmpfile", lib.tmpfile)
}

// inputOf is standard input as a file.
func (lib *Library) inputOf(in io.Reader) *file {
	f := &file{std: stdin, src: in, kind: foreign}
	switch x := in.(type) {
	case nil:
		f.src = strings.NewReader("")
	case *os.File:
		f.f, f.os, f.kind = x, x, kindOf(x)
		f.ofTerminal()
	case deadlines:
		r := hostReader{lib, x}
		if f.src = r; r.SetReadDeadline(longAgo) == nil {
			f.kind = polled
		}
	default:
		f.src = hostReader{lib, noDeadlines{x}}
	}
	return f
}

// ofTerminal looks whether a file is the terminal that children may have in our place.
func (f *file) ofTerminal() {
	if f.os != nil && foreground(f.os) != 0 {
		f.kind, f.tty = waited, true
	}
}

// handle makes the value that scripts hold of a file. When the last script has dropped it, the file is closed.
func (lib *Library) handle(f *file) *lua.LUserData {
	f.lib, f.size, f.limit = lib, minBuffer, maxBuffer
	ud := &lua.LUserData{Value: f, Metatable: lib.files.mt}
	if f.stream != nil && f.stream.Metatable != nil {
		ud.Metatable = f.stream.Metatable
	}
	if f.std == notStd {
		lib.files.opened++
		f.opener, f.nth = lib.host.Opener(), lib.files.opened
		if th := lib.m.Current(); th != nil {
			f.made = th.Site()
		}
		lib.files.open[f] = struct{}{}
		runtime.AddCleanup(ud, lib.files.drop, f)
	}
	return ud
}

// drop is called on a goroutine of the collector's.
func (fs *files) drop(f *file) {
	fs.leaving.Add(1)
	fs.mu.Lock()
	fs.dropped = append(fs.dropped, f)
	first := !fs.some.Swap(true)
	fs.mu.Unlock()
	if first {
		f.lib.host.Post(fs.sweep)
	}
}

// sweep closes the files that scripts have dropped without closing them.
func (fs *files) sweep() {
	if !fs.some.Load() {
		return
	}
	fs.mu.Lock()
	dropped := fs.dropped
	fs.dropped = nil
	fs.some.Store(false)
	fs.mu.Unlock()
	for _, f := range dropped {
		if _, open := fs.open[f]; !open {
			fs.leaving.Add(-1)
		} else {
			f.dropped = true
			if fs.keep && f.stream == nil && len(fs.lost) < maxUnclosed {
				fs.lost = append(fs.lost, f.unclosed())
			}
			fs.forget(f)
			fs.closing.Go(func() {
				if err := f.abandon(f.lib.host.Grace()); err != nil {
					f.lib.host.Post(func() { f.lib.host.Lost(f.opener, err) })
				}
			})
		}
	}
}

// Unclosed tells of the files that scripts have opened and not closed: what each is, and where it was opened. Those that the collector
// has closed for them are among them where they have been kept, see KeepUnclosed.
func (lib *Library) Unclosed(yield func(what string, at vm.Site) bool) {
	fs := &lib.files
	fs.sweep()
	for _, f := range fs.lost {
		if !yield(f.what, f.at) {
			return
		}
	}
	open := slices.SortedFunc(maps.Keys(fs.open), func(a, b *file) int { return cmp.Compare(a.nth, b.nth) })
	for _, f := range open {
		if f.stream == nil && !yield(f.unclosed().what, f.made) {
			return
		}
	}
}

// KeepUnclosed has files known to Unclosed that scripts have dropped without closing them, up to a number that nobody reads through.
func (lib *Library) KeepUnclosed() { lib.files.keep = true }

// maxUnclosed is that number.
const maxUnclosed = 100

// unclosed is a file that a script has not closed.
type unclosed struct {
	what string
	at   vm.Site
}

func (f *file) unclosed() unclosed {
	what := "file"
	if f.proc != nil {
		what = "process"
	}
	if f.name != "" {
		what += " '" + vm.Short(f.name) + "'"
	}
	return unclosed{what, f.made}
}

// forget is called when a file is about to be closed, on the loop.
func (fs *files) forget(f *file) {
	if _, open := fs.open[f]; !open {
		return
	}
	delete(fs.open, f)
	if f.stream == nil {
		return
	}
	if f.stream.To != nil {
		f.out = nil // nobody waits any more until there is room for it
	}
	if f.stream.Closing != nil {
		f.stream.Closing()
	}
}

// fileOf is the file of a handle, or nil.
func (lib *Library) fileOf(v lua.LValue) *file {
	if ud, ok := v.(*lua.LUserData); ok {
		if f, ok := ud.Value.(*file); ok {
			return f
		}
	}
	return nil
}

func (lib *Library) checkFile(L *lua.LState, n int) *file {
	f := lib.fileOf(L.Get(n))
	if f == nil {
		vm.TypeError(L, n, "FILE*")
	}
	return f
}

func (lib *Library) checkOpen(L *lua.LState, n int) *file {
	f := lib.checkFile(L, n)
	if f.closed {
		closedError(L)
	}
	return f
}

// standard is the default file for reading or writing.
func (lib *Library) standard(L *lua.LState, ud *lua.LUserData, which string) *file {
	f := ud.Value.(*file)
	if f.closed {
		vm.Errorf(L, "standard %s file is closed", which)
	}
	return f
}

// redirect is io.input and io.output.
func (lib *Library) redirect(L *lua.LState, w *waits, which **lua.LUserData, mode string) int {
	switch v := L.Get(1).(type) {
	case lua.LString, lua.LNumber:
		*which = lib.mustOpen(L, w, vm.ValueText(v), mode)
	case *lua.LUserData:
		lib.checkOpen(L, 1)
		*which = v
	default:
		if v != lua.LNil {
			lib.checkFile(L, 1)
		}
	}
	L.Push(*which)
	return 1
}

// closeFile is file:close().
func (lib *Library) closeFile(L *lua.LState, f *file, w *waits) int {
	if f.std != notStd {
		L.Push(lua.LNil)
		L.Push(lua.LString("cannot close standard file"))
		return 2
	}
	proc, err := f.close(L, w)
	if proc != nil {
		return lib.exited(L, w, proc, err)
	}
	return f.done(L, w, err)
}

var linesWaits = waitsOf("io.lines")

// lines makes the iterator over the lines of a file, which it closes at the end if it opened it.
func (lib *Library) lines(L *lua.LState, ud *lua.LUserData, own bool) int {
	w := linesWaits
	L.Push(L.NewClosure(func(L *lua.LState) int {
		f := ud.Value.(*file)
		if f.closed {
			vm.Errorf(L, "file is already closed")
		}
		var v lua.LValue
		f.locked(L, w, func() int {
			err := f.toRead(L, w)
			if err == nil {
				v, err = f.line(L, w)
			}
			if err != nil && err != io.EOF {
				f.check(L, w, err)
				text, _ := cError(err)
				vm.Errorf(L, "%s", text)
			}
			return 0
		})
		if v == lua.LNil && own {
			f.close(L, w)
		}
		L.Push(v)
		return 1
	}, ud))
	return 1
}

// writeArgs writes the arguments from first on.
func (lib *Library) writeArgs(L *lua.LState, f *file, w *waits, first int) int {
	var all []byte
	for i := first; i <= L.GetTop(); i++ {
		all = added(L, all, lib.checkString(L, i))
	}
	if f.std == stdout || f.std == stderr { // as print, these do not wait
		return done(L, "", f.put(L, w, all))
	}
	return f.lockedOut(L, w, func() int { return f.done(L, w, f.put(L, w, all)) })
}

// option is luaL_checkoption.
func (lib *Library) option(L *lua.LState, n int, def string, names ...string) int {
	s := def
	if def == "" || L.Get(n) != lua.LNil {
		s = lib.checkString(L, n)
	}
	for i, name := range names {
		if s == name {
			return i
		}
	}
	vm.ArgError(L, n, "invalid option '"+vm.Short(s)+"'")
	return 0
}

func flushFile(L *lua.LState, f *file, w *waits) int {
	return f.lockedOut(L, w, func() int { return f.done(L, w, f.flush(L, w)) })
}

func seekFile(L *lua.LState, f *file, w *waits) int {
	whence := []int{io.SeekStart, io.SeekCurrent, io.SeekEnd}[f.lib.option(L, 2, "cur", "set", "cur", "end")]
	offset := int64(optInt(L, 3, 0))
	return f.locked(L, w, func() int {
		at, err := f.seek(L, w, offset, whence)
		if err != nil {
			return f.failed(L, w, err)
		}
		L.Push(lua.LNumber(at))
		return 1
	})
}

func setvbuf(L *lua.LState, f *file, w *waits) int {
	mode := []Buffering{Unbuffered, FullyBuffered, LineBuffered}[f.lib.option(L, 2, "", "no", "full", "line")]
	limit := optInt(L, 3, maxBuffer)
	return f.lockedOut(L, w, func() int {
		if f.std == stdout {
			f.lib.host.BufferStdout(mode)
		}
		f.buffering, f.limit = mode, min(max(limit, 1), 1<<20)
		if mode == Unbuffered {
			return f.done(L, w, f.flush(L, w))
		}
		return done(L, "", nil)
	})
}
