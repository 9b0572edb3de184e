package builtins_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	lua "github.com/yuin/gopher-lua"

	"github.com/lull-lua/lull/builtins"
	"github.com/lull-lua/lull/interp"
	"github.com/lull-lua/lull/interp/interptest"
)

// methodsOf is a global that lists the methods of an object, which scripts cannot see.
var methodsOf = interp.Combine(interp.WithState(), interp.WithModule(interp.Module{Defs: []interp.Def{{Name: "methods_of", Fn: func(c *interp.Call) error {
	ud, ok := c.State().Get(1).(*lua.LUserData)
	if !ok {
		return c.ArgError(1, "object expected")
	}
	list, i := c.NewTable(0), 0
	if mt, ok := ud.Metatable.(*lua.LTable); ok {
		methods, ok := mt.RawGetString("__methods").(*lua.LTable) // of a type with fields
		if !ok {
			methods, ok = mt.RawGetString("__index").(*lua.LTable)
		}
		if ok {
			methods.ForEach(func(k, _ lua.LValue) {
				v, _ := c.Value(k.String())
				i++
				list.SetIndex(i, v)
			})
		}
	}
	return c.Return(list)
}}}}))

// plain are the globals that are there without any builtin, by name; the fields of tables with their table's.
func plain(t *testing.T) map[string]bool {
	t.Helper()
	rt, err := interp.New(interp.WithSystem())
	if err != nil {
		t.Fatal(err)
	}
	defer rt.Close()
	return names(t, rt, nil)
}

// names are the functions that scripts reach by their names.
func names(t *testing.T, rt *interp.Runtime, known map[string]bool) map[string]bool {
	t.Helper()
	vals, err := rt.RunString(context.Background(), "=names", `
		local all = {}
		for name, v in pairs(_G) do
			if type(v) == "function" then all[#all + 1] = name end
			if type(v) == "table" and v ~= _G and v ~= package then
				for field, f in pairs(v) do if type(f) == "function" then all[#all + 1] = name .. "." .. field end end
			end
		end
		return all`)
	if err != nil {
		t.Fatal(err)
	}
	list, _ := vals.Get(1).Table()
	found := map[string]bool{}
	for i := 1; i <= list.Len(); i++ {
		if n := list.Index(i).String(); !known[n] && n != "methods_of" {
			found[n] = true
		}
	}
	return found
}

// odd are values that a script may give by mistake.
var odd = []string{
	"nil", "true", "false", "0/0", "math.huge", "-math.huge", "-1", "0", "1.5", "1e300", "-1e300", "2^53", `""`, `"x"`, `"12"`, `"a\0b"`, `("x"):rep(1000)`,
	"{}", "{1}", "{nil, 2}", "{sleep}", "{odd = 1}", "{n = 0/0}", "{limit = -1, attempts = 0/0, atomic = 1}", "{name = 1, n = 0/0, max = 1e300, rate = -1, burst = {}, lock = sleep}", "{name = (\"x\"):rep(300)}", "setmetatable({}, {__index = function() error('index') end})",
	"print", "function() error() end", "function() error(setmetatable({}, {__tostring = error})) end", "sleep", "coroutine.create(sleep)", "task.current()", "dead", "job()",
	"select(2, pcall(sleep))", `errors.new { kind = "quota", message = "m" }`, `{ kind = "quota", message = "m", cause = {} }`, "sync.lock()", "io.stdout",
}

// A builtin returns, whatever it is given, waits or raises an error value; it does not panic, hang or end the process.
func TestBadInput(t *testing.T) {
	known := plain(t)
	var out bytes.Buffer
	rt, err := interp.New(builtins.Std(), interptest.Signals(), methodsOf, interp.WithVirtualTime(), interp.WithStdio(nil, &out, &out), interp.WithDir(t.TempDir()))
	if err != nil {
		t.Fatal(err)
	}
	var targets []string
	for n := range names(t, rt, known) {
		if n == "process.kill" { // numbers may be those of somebody's processes; see package process
			continue
		}
		targets = append(targets, n)
	}
	slices.Sort(targets)
	if len(targets) < 20 {
		t.Fatalf("only %v were found", targets)
	}
	if err := rt.Close(); err != nil {
		t.Error(err)
	}
	marked, methods := map[string]bool{}, map[string]map[string]bool{} // what stubs mark @async; of types
	for _, e := range reference(t).All() {
		marked[e.Name] = marked[e.Name] || e.Async
		if typ, name, ok := strings.Cut(e.Name, ":"); ok {
			if methods[typ] == nil {
				methods[typ] = map[string]bool{}
			}
			methods[typ][name] = true
		}
	}
	unmarked := func(name string) string {
		return name + " waits, and its stub does not say so: write ---@async, and give it a line in its table's testdata/checkpoints.txt"
	}
	// Each target in a runtime of its own: what an earlier one left cannot help or harm it.
	for _, target := range targets {
		t.Run(target, func(t *testing.T) {
			waited := throw(t, fmt.Sprintf(`try(%s)`, target))
			if waited[target[strings.LastIndexByte(target, '.')+1:]] && !marked[target] {
				t.Error(unmarked(target))
			}
		})
	}
	thrown := map[string]bool{}
	for _, r := range rows(t, "objects.txt", 2) {
		object := r[1]
		thrown[r[0]] = true
		t.Run(object, func(t *testing.T) {
			waited := throw(t, fmt.Sprintf(`
				if getmetatable(%s) ~= %q then problem("objects.txt: it makes a " .. tostring(getmetatable(%s))) end
				for _, name in ipairs(methods_of(%s)) do
					try(function(...) local object = %s return object[name](object, ...) end)
					try((%s)[name])
				end`, object, r[0], object, object, object, object))
			for name := range methods[r[0]] {
				if waited[name] && !marked[r[0]+":"+name] {
					t.Error(unmarked(r[0] + ":" + name))
				}
			}
		})
	}
	for _, m := range modules(t) {
		for _, typ := range m.Types {
			if len(typ.Methods) > 0 && !thrown[typ.Name] {
				t.Errorf("nothing wrong is thrown at the methods of a %s: give it a line in its table's testdata/objects.txt", typ.Name)
			}
		}
	}
	t.Run("group", func(t *testing.T) {
		throw(t, `
			for _, name in ipairs{"spawn", "cancel"} do
				try(function(...) local args, n = {...}, select("#", ...) return group(function(g) return g[name](g, unpack(args, 1, n)) end) end)
			end`)
	})
}

// waits is a tracer that notes in which builtins tasks wait.
type waits map[string]bool

func (w waits) Park(t *interp.Task) {
	if t.ID() == 1 { // the main task joins the others
		return
	}
	where, _ := t.Waiting()
	name, _, _ := strings.Cut(where, " at ")
	w[name] = true
}

func (w waits) Spawn(*interp.Task)  {}
func (w waits) Switch(*interp.Task) {}
func (w waits) Wake(*interp.Task)   {}
func (w waits) End(*interp.Task)    {}

// throw runs a script that calls try with functions: they get every odd value in every place. It returns the names of the builtins that
// have waited.
func throw(t *testing.T, script string) waits {
	t.Helper()
	waited := waits{}
	src := `
		dead = spawn(function() end) await(dead)
		job = async(function() return 1 end)
		function ended_group() local g group(function(x) g = x end) return g end
		local values = {}
		local function value(make) values[#values + 1] = make end
		` + func() string {
		var b strings.Builder
		for _, v := range odd {
			fmt.Fprintf(&b, "value(function() return %s end)\n", v)
		}
		return b.String()
	}() + `
		local function lit(v) return function() return v end end
		local function made(make, ...)
			if make then return make(), made(...) end
		end
		local function one(fn, ...)
			local t = spawn(function(...)
				local r = {pcall(wait_for, fn, 3, made(...))} -- made here, so that task.current() is no other
				local e = r[2]
				if r[1] == false and type(e) == "userdata" and e.kind == "panic" then problem(tostring(e) .. e.traceback) end
			end, ...)
			pcall(t.await, t) -- marked as one that waits, where join is the name of another builtin, too
			t:error()
		end
		function try(fn)
			one(fn)
			for i = 1, #values do
				local a, b, c = values[i], values[(i * 7) % #values + 1], values[(i * 5) % #values + 1]
				one(fn, a)
				one(fn, a, b)
				one(fn, lit(sleep), a)
				one(fn, lit("f"), a, c)
				one(fn, lit(print), lit(print), a)
				one(fn, lit("f"), lit("data"), a)
				one(fn, lit{print, print}, a, a)
			end
		end
		` + script + "\nfinished = true"
	var out bytes.Buffer
	problem := interp.Def{Name: "problem", Fn: func(c *interp.Call) error {
		text, err := c.Text(1)
		t.Error(text)
		return err
	}}
	rt, err := interp.New(builtins.Std(), interptest.Signals(), methodsOf, interp.WithTracer(waited), interp.WithModule(interp.Module{Defs: []interp.Def{problem}}),
		interp.WithVirtualTime(), interp.WithStdio(nil, &out, &out), interp.WithDir(t.TempDir()))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	_, err = rt.RunString(ctx, "=bad", src)
	if errors.Is(err, interp.ErrTimeout) && ctx.Err() != nil {
		t.Errorf("it hangs: %v", err)
	}
	var e *interp.Error
	if errors.As(err, &e) && e.Kind == interp.KindPanic {
		t.Errorf("%v\n%s", err, e.Traceback())
	}
	if v, _ := rt.RunString(ctx, "=bad", "return finished"); !v.Get(1).Truth() && !strings.Contains(script, "try(stop)") {
		t.Errorf("the script ended too soon: %v", err)
	}
	if err := rt.Close(); err != nil && !errors.As(err, &e) {
		t.Error(err)
	}
	return waited
}
