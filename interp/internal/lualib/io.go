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
	mt            *lua.LTable    // see FileMethods
	input, output *lua.LUserData // where io.read reads and io.write writes
	stdin         *file          // see standardInput
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

// FileMethods is the metatable of file handles: their methods, and what begins with an underscore.
func (lib *Library) FileMethods() *lua.LTable {
	if lib.files.mt == nil {
		lib.files.mt = vm.NewTable(10)
		lib.openMethods(lib.files.mt)
	}
	return lib.files.mt
}

func (lib *Library) openMethods(mt *lua.LTable) {
	method := func(name lua.LValue, fn func(L *lua.LState, f *file, w *waits) int) vm.Named {
		w := waitsOf("file:" + string(name.(lua.LString)))
		return vm.Named{Name: name, Fn: func(L *lua.LState) int { return fn(L, lib.checkOpen(L, 1), w) }}
	}
	L := lib.m.State()
	gc := waitsOf("file:__gc")
	vm.Define(L, mt, []vm.Named{
		method(lua.LString("close"), lib.closeFile),
		method(lua.LString("flush"), flushFile),
		method(lua.LString("lines"), func(L *lua.LState, f *file, _ *waits) int { return lib.lines(L, L.Get(1).(*lua.LUserData), false) }),
		method(lua.LString("read"), func(L *lua.LState, f *file, w *waits) int { return f.readArgs(L, w, 2) }),
		method(lua.LString("seek"), seekFile),
		method(lua.LString("setvbuf"), setvbuf),
		method(lua.LString("write"), func(L *lua.LState, f *file, w *waits) int { return lib.writeArgs(L, f, w, 2) }),
		{Name: lua.LString("__gc"), Fn: func(L *lua.LState) int { // nothing calls it but scripts: see dropped
			if f := lib.checkFile(L, 1); !f.closed && f.std == notStd {
				lib.closeFile(L, f, gc)
			}
			return 0
		}},
		{Name: lua.LString("__tostring"), Fn: func(L *lua.LState) int {
			text := "file (closed)"
			if f := lib.checkFile(L, 1); !f.closed {
				text = fmt.Sprintf("file (%p)", f)
			}
			L.Push(lua.LString(text))
			return 1
		}},
	})
	vm.SetNamed(mt, lua.LString("__index"), mt)
	vm.SetNamed(L.G.Registry, lua.LString("FILE*"), mt)
}

// openIO fills the table io.
func (lib *Library) openIO(t *lua.LTable) {
	fs := &lib.files
	fs.output = lib.handle(&file{std: stdout, write: true})
	lib.standardInput()
	fs.input = fs.stdinHandle
	def := func(name lua.LValue, fn func(L *lua.LState, w *waits) int) vm.Named {
		w := waitsOf("io." + string(name.(lua.LString)))
		return vm.Named{Name: name, Fn: func(L *lua.LState) int { return fn(L, w) }}
	}
	fns := []vm.Named{
		def(lua.LString("close"), func(L *lua.LState, w *waits) int {
			if L.GetTop() == 0 {
				L.Push(fs.output)
			}
			return lib.closeFile(L, lib.checkOpen(L, 1), w)
		}),
		def(lua.LString("flush"), func(L *lua.LState, w *waits) int {
			return flushFile(L, lib.standard(L, fs.output, "output"), w)
		}),
		def(lua.LString("input"), func(L *lua.LState, w *waits) int { return lib.redirect(L, w, &fs.input, "r") }),
		def(lua.LString("output"), func(L *lua.LState, w *waits) int { return lib.redirect(L, w, &fs.output, "w") }),
		def(lua.LString("lines"), func(L *lua.LState, w *waits) int {
			if L.Get(1) == lua.LNil {
				lib.standard(L, fs.input, "input")
				return lib.lines(L, fs.input, false)
			}
			return lib.lines(L, lib.mustOpen(L, w, lib.checkString(L, 1), "r"), true)
		}),
		def(lua.LString("read"), func(L *lua.LState, w *waits) int { return lib.standard(L, fs.input, "input").readArgs(L, w, 1) }),
		def(lua.LString("type"), func(L *lua.LState, _ *waits) int {
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
		}),
		def(lua.LString("write"), func(L *lua.LState, w *waits) int {
			return lib.writeArgs(L, lib.standard(L, fs.output, "output"), w, 1)
		}),
	}
	if lib.granted() {
		fns = append(fns, def(lua.LString("open"), lib.ioOpen), def(lua.LString("tmpfile"), lib.tmpfile))
	}
	if lib.host.System() {
		fns = append(fns, def(lua.LString("popen"), lib.popen))
	}
	vm.Define(lib.m.State(), t, fns)
	vm.SetNamed(t, lua.LString("stdin"), fs.input)
	vm.SetNamed(t, lua.LString("stdout"), fs.output)
	vm.SetNamed(t, lua.LString("stderr"), lib.handle(&file{std: stderr, write: true}))
}

// ioOpen is io.open.
func (lib *Library) ioOpen(L *lua.LState, w *waits) int {
	path, mode := lib.checkString(L, 1), lib.optString(L, 2, "r")
	ud, err := lib.openPath(L, w, path, mode)
	if err != nil {
		return failed(L, vm.Short(path)+": ", err)
	}
	L.Push(ud)
	return 1
}

// standardInput is the file that is standard input. It is made when it is asked for: to look at what it is takes calls of the system.
func (lib *Library) standardInput() *file {
	fs := &lib.files
	if fs.stdin == nil {
		in, _, _ := lib.host.Streams()
		fs.stdin = lib.inputOf(in)
		fs.stdinHandle = lib.handle(fs.stdin)
	}
	return fs.stdin
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
	ud := &lua.LUserData{Value: f, Metatable: lib.FileMethods()}
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
	offset := optIndex(L, 3, 0)
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
