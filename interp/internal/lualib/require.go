package lualib

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"strings"

	lua "github.com/yuin/gopher-lua"

	"github.com/lull-lua/lull/interp/internal/vm"
)

// modules are what require knows.
type modules struct {
	pkg     *lua.LTable // package
	loaded  *lua.LTable // package.loaded, whatever a script puts in its place
	loading map[string]*loading
	waiting map[any]*loading // tasks that wait for a module which another one loads
	require *lua.LFunction
	code    map[string]*lua.FunctionProto // the main chunks of modules that were loaded
	folders []string                      // whose names stand for themselves in paths
}

// loading is a module that a task is loading.
type loading struct {
	name   string
	task   any
	mark   *lua.LUserData // in package.loaded meanwhile
	wakers []*inLine
	failed lua.LValue // what it raised; nil: it did not
}

var requireWaits = waitsOf("require")

// openPackage makes the table package.
func (lib *Library) openPackage(L *lua.LState) {
	m := &lib.modules
	m.pkg = vm.NewTable(8)
	m.loading, m.waiting = map[string]*loading{}, map[any]*loading{}
	reg := L.G.Registry
	vm.SetNamed(reg, lua.LString("_LOADED"), m.loaded) // where gopher-lua's own functions look
	search := []lua.LGFunction{
		lib.preloaded, lib.fromFile,
		lib.builtin, // a script's own json.lua is the one that it means
		lib.fromC,   // cjson is there in Lull, whether or not there is one in C
	}
	if load := lib.host.Loader(); load != nil {
		search = append([]lua.LGFunction{func(L *lua.LState) int { return lib.fromHost(L, load) }}, search...)
	}
	loaders := vm.NewTable(0)
	for i, fn := range search {
		vm.SetInt(nil, loaders, i+1, vm.NewNamed(L, vm.Named{Fn: fn}))
	}
	vm.SetNamed(reg, lua.LString("_LOADERS"), loaders)
	path, cpath, folders := lib.host.Path()
	m.folders = folders
	vm.SetNamed(m.pkg, lua.LString("loaded"), m.loaded)
	vm.SetNamed(m.pkg, lua.LString("preload"), vm.NewTable(0))
	vm.SetNamed(m.pkg, lua.LString("loaders"), loaders)
	vm.SetNamed(m.pkg, lua.LString("path"), lua.LString(path))
	vm.SetNamed(m.pkg, lua.LString("cpath"), lua.LString(cpath))
	vm.SetNamed(m.pkg, lua.LString("config"), lua.LString(string(filepath.Separator)+"\n;\n?\n!\n-"))
	vm.Define(L, m.pkg, []vm.Named{{Name: lua.LString("loadlib"), Fn: loadlib}, {Name: lua.LString("seeall"), Fn: seeall}})
	lib.register(L, lua.LString("package"), m.pkg)
}

// Bounds of what is made of a module's name, in bytes.
const (
	maxModule = 1000    // the name
	maxFile   = 4096    // of a file's that a path makes of it: PATH_MAX
	maxPath   = 1 << 16 // the path
	maxTried  = 1 << 16 // what was tried, in the message
)

// moduleName is the first argument.
func (lib *Library) moduleName(L *lua.LState) string {
	name := lib.checkString(L, 1)
	if len(name) > maxModule {
		vm.ArgError(L, 1, fmt.Sprintf("a module's name has at most %d bytes, this one %d", maxModule, len(name)))
	}
	return name
}

// require is require(name). A module that waits while it loads is loaded once: other tasks wait for it.
func (lib *Library) require(L *lua.LState) int {
	m := &lib.modules
	name := lib.moduleName(L)
	L.SetTop(1)
	for m.loading[name] != nil && m.loading[name].task != lib.host.Task() {
		l := m.loading[name]
		lib.awaitModule(L, l)
		if l.failed != nil {
			vm.Raise(L, l.failed)
		}
	}
	v := vm.Index(L, m.loaded, lua.LString(name))
	if isMark(v) {
		vm.Errorf(L, "loop or previous error loading module '%s'", name)
	}
	if lua.LVAsBool(v) {
		L.Push(v)
		return 1
	}
	l := &loading{name: name, task: lib.host.Task(), mark: &lua.LUserData{Value: loadingMark{}}}
	if m.nested(l.task) >= maxNested {
		vm.Errorf(L, "%d modules that require one another are being loaded: module '%s' is one too many", maxNested, name)
	}
	m.loading[name] = l
	defer m.ended(l)
	loader := lib.search(L, name)
	m.runs(name, loader)
	vm.SetIndex(L, m.loaded, lua.LString(name), l.mark)
	L.Push(loader)
	L.Push(lua.LString(name))
	L.Call(1, 1)
	if v := L.Get(-1); v != lua.LNil {
		vm.SetIndex(L, m.loaded, lua.LString(name), v)
	} else if vm.Index(L, m.loaded, lua.LString(name)) == l.mark {
		vm.SetIndex(L, m.loaded, lua.LString(name), lua.LTrue)
	}
	L.Push(vm.Index(L, m.loaded, lua.LString(name)))
	return 1
}

// maxNested is how many modules a task loads inside each other: PUC's LUAI_MAXCCALLS.
const maxNested = 200

// nested is how many modules a task is loading, where it may be maxNested.
func (m *modules) nested(task any) (n int) {
	if len(m.loading) < maxNested {
		return 0
	}
	for _, l := range m.loading {
		if l.task == task {
			n++
		}
	}
	return n
}

// loadingMark is the value of a mark.
type loadingMark struct{}

func isMark(v lua.LValue) bool {
	ud, ok := v.(*lua.LUserData)
	if ok {
		_, ok = ud.Value.(loadingMark)
	}
	return ok
}

// ended is deferred by the function that loads l. An error leaves the mark, as PUC's does; a load that was cancelled, or dropped with its
// coroutine, leaves none, and the next task that wants the module loads it.
func (m *modules) ended(l *loading) {
	p := recover()
	delete(m.loading, l.name)
	if p != nil {
		if e, ok := p.(*lua.ApiError); ok {
			l.failed = e.Object
		} else if vm.Field(m.loaded, l.name) == l.mark {
			vm.SetField(m.loaded, l.name, lua.LNil)
		}
	}
	for _, waiter := range l.wakers {
		waiter.wake()
	}
	if p != nil {
		panic(p) // Lua's frames are still in place
	}
}

// awaitModule waits until another task has loaded a module, or has failed to. Two that wait for each other are an error.
func (lib *Library) awaitModule(L *lua.LState, l *loading) {
	m := &lib.modules
	me := lib.host.Task()
	for next := m.waiting[l.task]; next != nil; next = m.waiting[next.task] {
		if next.task == me {
			vm.Errorf(L, "loop or previous error loading module '%s': the task that loads it waits for module '%s', which this task loads", l.name, next.name)
		}
	}
	m.waiting[me] = l
	err := lib.host.Park(requireWaits.abandon(true), func(wake func() bool) {
		l.wakers = append(l.wakers, &inLine{wake})
	}, func(bool) {})
	delete(m.waiting, me)
	if err != nil {
		lib.host.Fail(L, err)
	}
}

// search asks the loaders for the function that loads a module.
func (lib *Library) search(L *lua.LState, name string) lua.LValue {
	loaders, ok := vm.Field(lib.modules.pkg, "loaders").(*lua.LTable)
	if !ok {
		vm.Errorf(L, "'package.loaders' must be a table")
	}
	var tried tried
	for i := 1; ; i++ {
		loader := vm.GetInt(loaders, i)
		if loader == lua.LNil {
			vm.Errorf(L, "module '%s' not found:%s", name, vm.Whole(tried.String()))
		}
		L.Push(loader)
		L.Push(lua.LString(name))
		L.Call(1, 1)
		v := L.Get(-1)
		L.Pop(1)
		if _, ok := v.(*lua.LFunction); ok {
			return v
		}
		if s, ok := lib.text(v); ok {
			tried.add(s)
		}
	}
}

// tried is what a message says of where a module was looked for.
type tried struct {
	strings.Builder
	full bool
}

func (t *tried) add(s string) {
	switch {
	case t.full:
	case t.Len()+len(s) > maxTried:
		t.full = true
		t.WriteString("\n\t...")
	default:
		t.WriteString(s)
	}
}

// runs notes the main chunk that is a module's loader, if it is one.
func (m *modules) runs(name string, loader lua.LValue) {
	delete(m.code, name)
	if fn, ok := loader.(*lua.LFunction); ok && !fn.IsG && fn.Proto.LineDefined == 0 {
		if m.code == nil {
			m.code = map[string]*lua.FunctionProto{}
		}
		m.code[name] = fn.Proto
	}
}

// ModuleCode is the main chunk that was run for a module; nil: none was. sought says that the module was not loaded: each of the functions of ModuleFinders, in
// their order, is to be asked for it.
func (lib *Library) ModuleCode(name string) (code *lua.FunctionProto, sought bool) {
	code = lib.modules.code[name]
	return code, code == nil && len(name) <= maxModule && !lua.LVAsBool(vm.Field(lib.modules.loaded, name))
}

// ModuleFinders are functions that get the name of a module and return what loads it, or anything else.
func (lib *Library) ModuleFinders(L *lua.LState) (all []*lua.LFunction) {
	for _, find := range []lua.LGFunction{lib.fromLoader, lib.preloaded, lib.fromFile} {
		all = append(all, L.NewFunction(find))
	}
	return all
}

// fromLoader is fromHost, if there is a loader.
func (lib *Library) fromLoader(L *lua.LState) int {
	if load := lib.host.Loader(); load != nil {
		return lib.fromHost(L, load)
	}
	L.Push(lua.LNil)
	return 1
}

// fromHost asks the host's loader for a module.
func (lib *Library) fromHost(L *lua.LState, load func(context.Context, string) (*lua.FunctionProto, error)) int {
	name := lib.moduleName(L)
	var proto *lua.FunctionProto
	var failure error
	if err := lib.host.Block(requireWaits.abandon(false), func(ctx context.Context) {
		failure = lib.Retry(ctx, func() (err error) {
			proto, err = load(ctx, name)
			return err
		})
	}); err != nil {
		lib.host.Fail(L, err)
	}
	switch {
	case failure != nil:
		lib.host.Fail(L, fmt.Errorf("error loading module '%s':\n\t%w", name, failure))
	case proto == nil:
		L.Push(lua.LString("\n\tno module '" + name + "' of the host"))
	default:
		L.Push(vm.NewFunction(L, proto))
	}
	return 1
}

func (lib *Library) preloaded(L *lua.LState) int {
	name := lib.moduleName(L)
	preload, ok := vm.Field(lib.modules.pkg, "preload").(*lua.LTable)
	if !ok {
		vm.Errorf(L, "'package.preload' must be a table")
	}
	v := vm.Index(L, preload, lua.LString(name))
	if v == lua.LNil {
		v = lua.LString("\n\tno field package.preload['" + name + "']")
	}
	L.Push(v)
	return 1
}

// candidates are the files that the field of package that holds a path makes of a module's name.
func (lib *Library) candidates(L *lua.LState, field, name string) iter.Seq[string] {
	path, ok := lib.text(vm.Field(lib.modules.pkg, field))
	if !ok {
		vm.Errorf(L, "'package.%s' must be a string", field)
	}
	if len(path) > maxPath {
		vm.Errorf(L, "'package.%s' is longer than %d bytes", field, maxPath)
	}
	file := strings.ReplaceAll(name, ".", string(filepath.Separator))
	templates := func(yield func(folder, template string) bool) {
		for rest := path; rest != ""; {
			folder := lib.modules.folder(rest)
			template, after, _ := strings.Cut(rest[len(folder):], ";")
			if rest = after; folder+template != "" && !yield(folder, template) {
				return
			}
		}
	}
	for folder, template := range templates {
		if len(folder)+len(template)+strings.Count(template, "?")*(len(file)-1) > maxFile {
			vm.Errorf(L, "'%s' in 'package.%s' makes a file's name of more than %d bytes", template, field, maxFile)
		}
	}
	return func(yield func(string) bool) {
		for folder, template := range templates {
			if !yield(folder + strings.ReplaceAll(template, "?", file)) {
				return
			}
		}
	}
}

// folder is with which of the folders whose names stand for themselves a path begins; "" with none.
func (m *modules) folder(path string) string {
	for _, f := range m.folders {
		if rest, ok := strings.CutPrefix(path, f); ok && rest != "" && os.IsPathSeparator(rest[0]) {
			return f
		}
	}
	return ""
}

// fromFile looks for a module along package.path.
func (lib *Library) fromFile(L *lua.LState) int {
	name := lib.moduleName(L)
	candidates := lib.candidates(L, "path", name)
	var found string
	var tried tried
	src := source{limited: vm.Limited(L)}
	count := lib.host.OpenFiles()
	if err := lib.host.Block(requireWaits.abandon(false), func(ctx context.Context) {
		for candidate := range candidates {
			if ctx.Err() != nil {
				return
			}
			if lib.readChunk(ctx, &src, candidate, count); src.err == nil || !unreadable(src.err) {
				found = candidate
				return
			}
			tried.add("\n\tno file '" + vm.Short(candidate) + "'")
		}
	}); err != nil {
		lib.host.Fail(L, err)
	}
	lib.finish(L, requireWaits.abandon(false), &src, found)
	failure := src.err
	lib.refuse(L, failure)
	if found == "" {
		L.Push(lua.LString(tried.String()))
		return 1
	}
	if failure != nil {
		failure = chunkError(found, failure)
	} else if lib.loaded(L, src.text, "@"+found, nil) == 1 {
		return 1
	} else {
		failure = errors.New(L.Get(-1).String())
	}
	vm.Errorf(L, "error loading module '%s' from file '%s':\n\t%s", name, found, failure)
	return 0
}

// fromC looks for a module in C along package.cpath, and says that it cannot be loaded: a person that has installed it wonders otherwise
// why it is not found.
func (lib *Library) fromC(L *lua.LState) int {
	name := lib.moduleName(L)
	candidates := lib.candidates(L, "cpath", name)
	if root, _, sub := strings.Cut(name, "."); sub { // one file may hold them all
		whole := lib.candidates(L, "cpath", root)
		first := candidates
		candidates = func(yield func(string) bool) {
			for _, seq := range []iter.Seq[string]{first, whole} {
				for c := range seq {
					if !yield(c) {
						return
					}
				}
			}
		}
	}
	var found string
	var tried strings.Builder
	if err := lib.host.Block(requireWaits.abandon(false), func(ctx context.Context) {
		for candidate := range candidates {
			if st, err := lib.host.Files().Stat(candidate); ctx.Err() != nil || err == nil && !st.IsDir() {
				found = candidate
				return
			}
			tried.WriteString("\n\tno file '" + candidate + "'")
		}
	}); err != nil {
		lib.host.Fail(L, err)
	}
	if found != "" {
		tried.WriteString("\n\tthere is '" + found + "', a module in C: Lull cannot load those")
	}
	L.Push(lua.LString(tried.String()))
	return 1
}

// builtin looks among the modules of builtins.
func (lib *Library) builtin(L *lua.LState) int {
	if fn := lib.host.Module(lib.checkString(L, 1)); fn != nil {
		L.Push(fn)
	} else {
		L.Push(lua.LNil)
	}
	return 1
}

// unreadable reports whether a file cannot be opened, which is no reason not to look for another.
func unreadable(err error) bool {
	pe, p := (*fs.PathError)(nil), (*vm.Panic)(nil)
	return !errors.As(err, &p) && !noneLeft(err) && (!errors.As(err, &pe) || pe.Op != "read")
}

// module is module(name [, ...]).
func (lib *Library) module(L *lua.LState) int {
	name := lib.moduleName(L)
	n := L.GetTop()
	t, ok := vm.Index(L, lib.modules.loaded, lua.LString(name)).(*lua.LTable)
	if !ok {
		if t, ok = findTable(L, L.Env, name); !ok {
			vm.Errorf(L, "name conflict for module '%s'", name)
		}
		vm.SetIndex(L, lib.modules.loaded, lua.LString(name), t)
	}
	if vm.Index(L, t, lua.LString("_NAME")) == lua.LNil {
		vm.SetIndex(L, t, lua.LString("_M"), t)
		vm.SetIndex(L, t, lua.LString("_NAME"), lua.LString(name))
		vm.SetIndex(L, t, lua.LString("_PACKAGE"), lua.LString(name[:strings.LastIndexByte(name, '.')+1]))
	}
	caller := callerOf(L)
	if caller == nil {
		vm.Errorf(L, "'module' not called from a Lua function")
	}
	caller.Env = t
	for i := 2; i <= n; i++ {
		if fn, ok := L.Get(i).(*lua.LFunction); ok {
			L.Push(fn)
			L.Push(t)
			L.Call(1, 0)
		}
	}
	return 0
}

// callerOf is the function of Lua that called the one in Go which runs, or nil.
func callerOf(L *lua.LState) *lua.LFunction {
	dbg, ok := L.GetStack(1)
	if !ok {
		return nil
	}
	v, err := L.GetInfo("f", dbg, lua.LNil)
	fn, ok := v.(*lua.LFunction)
	if err != nil || !ok || fn.IsG {
		return nil
	}
	return fn
}

// findTable is luaL_findtable: the table that a name with dots leads to, made where there is nothing yet.
func findTable(L *lua.LState, t *lua.LTable, name string) (*lua.LTable, bool) {
	for _, part := range strings.Split(name, ".") {
		switch v := vm.Field(t, part).(type) {
		case *lua.LTable:
			t = v
		case *lua.LNilType:
			next := vm.NewTable(1)
			vm.SetIndex(L, t, lua.LString(part), next)
			t = next
		default:
			return nil, false
		}
	}
	return t, true
}

func seeall(L *lua.LState) int {
	t := checkTable(L, 1)
	mt, ok := t.Metatable.(*lua.LTable)
	if !ok {
		mt = L.NewTable()
		vm.SetMetatable(t, mt)
	}
	vm.SetIndex(L, mt, lua.LString("__index"), L.Env)
	return 0
}

// loadlib is refused in the way of a Lua that was built without dynamic libraries.
func loadlib(L *lua.LState) int {
	L.Push(lua.LNil)
	L.Push(lua.LString("dynamic libraries not enabled; Lull loads modules written in Lua, and a host's"))
	L.Push(lua.LString("absent"))
	return 3
}

// Module is the module of that name, if it was loaded; nil otherwise.
func (lib *Library) Module(name string) lua.LValue { return vm.Field(lib.modules.loaded, name) }

// Require is the function require, whatever a script has made of the global of that name.
func (lib *Library) Require() *lua.LFunction { return lib.modules.require }

// Loaded calls yield for the tables in package.loaded, with their names.
func (lib *Library) Loaded(yield func(name string, t *lua.LTable)) {
	vm.Pairs(lib.modules.loaded, func(k, v lua.LValue) bool {
		name, ok := k.(lua.LString)
		if t, is := v.(*lua.LTable); ok && is {
			yield(string(name), t)
		}
		return true
	})
}
