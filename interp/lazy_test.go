package interp_test

import (
	"context"
	"strings"
	"testing"

	lua "github.com/yuin/gopher-lua"

	"github.com/lull-lua/lull/interp"
)

// one is a function of a module's that returns 1.
var one = interp.Def{Name: "one", Fn: func(c *interp.Call) error { return c.Return(1) }}

// withTables are two tables of builtins, of which the first has two modules.
var withTables = interp.Combine(
	interp.WithModule(interp.Module{Name: "app", Defs: []interp.Def{one, {Name: "two", Value: 2}}}),
	interp.WithModule(interp.Module{Name: "other", Defs: []interp.Def{one}}),
	interp.WithFunc("app.three", func() int { return 3 }),
)

// A chunk finds all that belongs in a table of builtins, whatever it does to get at it.
func TestTablesAreCompleteWhereTheyAreReached(t *testing.T) {
	for _, src := range []string{
		`return app`,
		`local function f() return function() return app end end return f()()`,
		`return rawget(_G, "a" .. "pp")`,
		`local g = _G return g["a" .. "pp"]`,
		`return getfenv()["a" .. "pp"]`,
		`return getfenv(0)["a" .. "pp"]`,
		`return debug.getfenv(print)["a" .. "pp"]`,
		`return load("return a" .. "pp")()`,
		`return loadstring("return a" .. "pp")()`,
		`return load(function() local s = text text = nil return s end)()`,
		`return assert(loadfile("chunk.lua"))()`,
		`return dofile("chunk.lua")`,
		`return loadstring(string.dump(function() return app end))()`,
		`return setfenv(function() return inner end, { inner = app })()`,
		`return require "app"`,
		`return require("a" .. "pp")`,
		`local r = require return r("app")`,
		`return select(2, pcall(require, "app"))`,
		`return require("_" .. "G")["a" .. "pp"]`,
		`return require("getter")()`,
		`return package.loaded["_" .. "G"]["a" .. "pp"]`,
		`for _, t in pairs(package.loaded) do if type(t) == "table" and t["a" .. "pp"] then return t["a" .. "pp"] end end`,
		`module("m", package.seeall) return app`,
		`module("_" .. "G") return _M["a" .. "pp"]`,
		`return coroutine.wrap(function() return app end)()`,
		`return rawget(_G, "app")`,
		`return select(2, pcall(function() return app end))`,
		`return require "preloaded"`,
		`return require "loaded"`,
		`return host()`,
		`return state()`,
	} {
		rt, err := interp.New(interp.WithSystem(), interp.WithDir("testdata/lazy"), withTables, interp.WithState(),
			interp.WithModule(interp.Module{Defs: []interp.Def{
				{Name: "text", Value: "return a" + "pp"},
				{Name: "host", Fn: func(c *interp.Call) error { return c.Return(c.Globals().Field("app")) }},
				{Name: "state", Fn: func(c *interp.Call) error { return c.Return(c.State().GetGlobal("app")) }},
			}}),
			interp.WithPreload("preloaded", func(L *lua.LState) int {
				L.Push(L.GetGlobal("app"))
				return 1
			}),
			interp.WithLoader(func(_ context.Context, name string) (*interp.Program, error) {
				if name != "loaded" {
					return nil, nil
				}
				return interp.Compile("=loaded", []byte("return app"))
			}))
		if err != nil {
			t.Fatal(err)
		}
		vals, err := rt.RunString(context.Background(), "=t", src)
		if tb, ok := vals.Get(1).Table(); err != nil || !ok {
			t.Errorf("%s\nreturns %v, %v", src, vals, err)
		} else if two, _ := tb.Field("two").Number(); !tb.Field("one").IsFunction() || two != 2 || !tb.Field("three").IsFunction() {
			t.Errorf("%s\nfinds an incomplete table", src)
		}
		if err := rt.Close(); err != nil {
			t.Error(err)
		}
	}
}

// A table that nobody can get at is not made.
func TestTablesAreMadeWhenTheyAreNamed(t *testing.T) {
	for _, tt := range []struct {
		src  string
		left int
	}{
		{`return 1`, 3},
		{`return require "m"`, 3},
		{`return app.one()`, 1},
		{`local function f() return other end`, 2},
		{`return require "app".one()`, 1},
		{`return require "other"`, 2},
		{`return require("oth" .. "er")`, 0},
		{`return _G`, 0},
		{`return load("return other")()`, 2},
		{`return {` + strings.Repeat("1.5, ", 5000) + `}`, 3}, // one constant
		{`local function f() end ` + strings.Repeat("f = function() end ", 5000), 0}, // too many functions to look into
	} {
		rt, err := interp.New(interp.WithSystem(), interp.WithDir("testdata/lazy"), withTables)
		if err != nil {
			t.Fatal(err)
		}
		for range 2 {
			if _, err := rt.RunString(context.Background(), "=t", tt.src); err != nil {
				t.Errorf("%s: %v", tt.src, err)
			}
		}
		if left := rt.Incomplete(); left != tt.left {
			t.Errorf("%s leaves %d of 3 modules, want %d", tt.src, left, tt.left)
		}
		if err := rt.Close(); err != nil {
			t.Error(err)
		}
	}
}

// A host gets at tables by name, a session's chunks as others; messages know of what was not made.
func TestLazyTablesFromGo(t *testing.T) {
	started := func() *interp.Runtime {
		rt, err := interp.New(withTables)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { rt.Close() })
		return rt
	}
	if vals, err := started().Call(t.Context(), "app.one"); err != nil || vals.Get(1).String() != "1" {
		t.Errorf("Call: %v, %v", vals, err)
	}
	if _, err := started().RunFunc(t.Context(), "host", func(c *interp.Call) error {
		s := &interp.Session{}
		p, err := s.Compile("=line", []byte("return app.three()"))
		if err != nil {
			return err
		}
		vals, err := s.Eval(c, p)
		if err != nil || vals.Get(1).String() != "3" {
			t.Errorf("a session: %v, %v", vals, err)
		}
		return nil
	}); err != nil {
		t.Error(err)
	}
	_, err := started().RunString(t.Context(), "=t", "three()")
	if e, ok := err.(*interp.Error); !ok || e.Hint(nil) != "did you mean 'app.three'?" {
		t.Errorf("%v does not say where there is a three", err)
	}
	// A value that cannot be converted is an error of New, as a bad signature is.
	if _, err := interp.New(interp.WithModule(interp.Module{Name: "bad", Defs: []interp.Def{{Name: "c", Value: make(chan int)}}})); err == nil {
		t.Error("a channel is a value")
	}
}

// A file of a script's own goes before the table of that name, which stays the global.
func TestFilesGoBeforeTables(t *testing.T) {
	rt, err := interp.New(interp.WithSystem(), interp.WithDir("testdata/lazy/own"), withTables)
	if err != nil {
		t.Fatal(err)
	}
	defer rt.Close()
	vals, err := rt.RunString(t.Context(), "=t", `return require("app"), app.one(), require "other" == other`)
	if err != nil || vals.Get(1).String() != "own" || vals.Get(2).String() != "1" || !vals.Get(3).Truth() {
		t.Errorf("%v, %v", vals, err)
	}
}

// Lua's own tables are complete to whoever gets at them, too, and a function of theirs is the same by each of its names.
func TestLibraryTablesAreCompleteWhereTheyAreReached(t *testing.T) {
	for _, src := range []string{
		`return math, table, os, io, bit, coroutine, debug`,
		`local function f() return function() return math, table, os, io, bit, coroutine, debug end end return f()()`,
		`local t = {} for i, n in ipairs { "ma" .. "th", "ta" .. "ble", "o" .. "s", "i" .. "o", "b" .. "it", "corout" .. "ine", "de" .. "bug" } do t[i] = rawget(_G, n) end return unpack(t)`,
		`local g, t = getfenv(), {} for i, n in ipairs { "ma" .. "th", "ta" .. "ble", "o" .. "s", "i" .. "o", "b" .. "it", "corout" .. "ine", "de" .. "bug" } do t[i] = g[n] end return unpack(t)`,
		`local t = {} for i, n in ipairs { "ma" .. "th", "ta" .. "ble", "o" .. "s", "i" .. "o", "b" .. "it", "corout" .. "ine", "de" .. "bug" } do t[i] = require(n) end return unpack(t)`,
		`local t = {} for i, n in ipairs { "ma" .. "th", "ta" .. "ble", "o" .. "s", "i" .. "o", "b" .. "it", "corout" .. "ine", "de" .. "bug" } do t[i] = package.loaded[n] end return unpack(t)`,
		`return require "math", require "table", require "os", require "io", require "bit", require "coroutine", require "debug"`,
		`return load("return ma" .. "th, ta" .. "ble, o" .. "s, i" .. "o, b" .. "it, corout" .. "ine, de" .. "bug")()`,
		`local t = {} for k, v in pairs(getfenv()) do t[k] = v end local function of(n) return t[n] end
			return of("ma" .. "th"), of("ta" .. "ble"), of("o" .. "s"), of("i" .. "o"), of("b" .. "it"), of("corout" .. "ine"), of("de" .. "bug")`,
		`return globals()`,
		`return state()`,
		`return require "preloaded"()`,
	} {
		all := []string{"math", "table", "os", "io", "bit", "coroutine", "debug"}
		get := func(L *lua.LState) int {
			for _, name := range all {
				L.Push(L.GetGlobal(name))
			}
			return len(all)
		}
		rt, err := interp.New(interp.WithSystem(),
			interp.WithModule(interp.Module{Defs: []interp.Def{
				{Name: "globals", Fn: func(c *interp.Call) error {
					var vals []any
					for _, name := range all {
						vals = append(vals, c.Globals().Field(name))
					}
					return c.Return(vals...)
				}},
				{Name: "state", Fn: func(c *interp.Call) error {
					L := c.State()
					var vals []any
					for _, name := range all {
						vals = append(vals, L.GetGlobal(name))
					}
					return c.Return(vals...)
				}},
			}}),
			interp.WithPreload("preloaded", func(L *lua.LState) int {
				L.Push(L.NewFunction(get))
				return 1
			}))
		if err != nil {
			t.Fatal(err)
		}
		vals, err := rt.RunString(t.Context(), "=t", src)
		if err != nil || len(vals) != len(all) {
			t.Errorf("%s\nreturns %v, %v", src, vals, err)
		}
		for i, field := range []string{"mod", "unpack", "tmpname", "popen", "tohex", "close", "traceback"} {
			if tb, ok := vals.Get(i + 1).Table(); !ok || !tb.Field(field).IsFunction() {
				t.Errorf("%s\nfinds no %s.%s", src, all[i], field)
			}
		}
		vals, err = rt.RunString(t.Context(), "=t", `return table.unpack == unpack and math.mod == math.fmod and string.gfind == string.gmatch and
			getmetatable("").__index == string and package.loaded.math == math and _G._G == _G and getmetatable(io.stdin).__index.read == io.stdout.read`)
		if err != nil || !vals.Get(1).Truth() {
			t.Errorf("%s\nthen functions are not the same by all of their names: %v, %v", src, vals, err)
		}
		if err := rt.Close(); err != nil {
			t.Error(err)
		}
	}
}

// A script that has made something of the globals finds it so in the tables that are filled afterwards.
func TestLibraryTablesAreFilledAsTheyWere(t *testing.T) {
	rt, err := interp.New(interp.WithSystem())
	if err != nil {
		t.Fatal(err)
	}
	defer rt.Close()
	if _, err := rt.RunString(t.Context(), "=t", `was = unpack unpack, next, print, type = nil, nil, nil, nil setfenv(0, { was = was })`); err != nil {
		t.Fatal(err)
	}
	vals, err := rt.Call(t.Context(), "was", []int{7, 8}) // by way of the globals, which are whole
	if err != nil || vals.Get(2).String() != "8" {
		t.Errorf("%v, %v", vals, err)
	}
	vals, err = rt.RunString(t.Context(), "=t", `local n = 0 for _ in pairs { 1, 2 } do n = n + 1 end return table.unpack == was, n, getfenv(table.sort) == getfenv(pairs)`)
	if err != nil || !vals.Get(1).Truth() || vals.Get(2).String() != "2" || !vals.Get(3).Truth() {
		t.Errorf("%v, %v", vals, err)
	}
}
