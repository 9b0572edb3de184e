package interp_test

import (
	"testing"

	lua "github.com/yuin/gopher-lua"

	"github.com/lull-lua/lull/builtins"
	"github.com/lull-lua/lull/interp"
	"github.com/lull-lua/lull/interp/interptest"
)

// stock is a module as they are written for gopher-lua: what fails it learns from PCall, or it runs it in a thread of its own.
func stock(L *lua.LState) int {
	fail := func(L *lua.LState, err error) {
		if e, ok := err.(*lua.ApiError); ok {
			L.Error(e.Object, 0)
		}
		L.RaiseError("%v", err)
	}
	L.Push(L.SetFuncs(L.NewTable(), map[string]lua.LGFunction{
		"call": func(L *lua.LState) int {
			L.Call(L.GetTop()-1, lua.MultRet)
			return L.GetTop()
		},
		"pcall": func(L *lua.LState) int {
			if err := L.PCall(L.GetTop()-1, lua.MultRet, nil); err != nil {
				fail(L, err)
			}
			return L.GetTop()
		},
		"works": func(L *lua.LState) int {
			err := L.PCall(L.GetTop()-1, lua.MultRet, nil)
			L.Push(lua.LBool(err == nil))
			return 1
		},
		"thread": func(L *lua.LState) int {
			co, _ := L.NewThread()
			state, err, vals := L.Resume(co, L.CheckFunction(1))
			if state == lua.ResumeError {
				fail(L, err)
			}
			for _, v := range vals {
				L.Push(v)
			}
			return len(vals)
		},
	}))
	return 1
}

// Functions that were written for gopher-lua stop errors with its PCall, and raise their own: of what is ours, that knows
// nothing.
func TestPreloadedFunctions(t *testing.T) {
	for _, tt := range []struct{ name, src, want string }{
		{"many failures", `
			for i = 1, 21000 do stock.works(error) end
			print(stock.works(print, "called"))
			table.sort({2, 1}, function() print("called") return false end)`, "called\ntrue\ncalled\n"},
		{"failures of functions that have a second way in", `
			print(stock.works(string.sub), stock.works(function() return (("x"):find("[")) end), stock.works(table.insert, {}, 1, 2, 3), stock.works(rawget, 1))
			print(pcall(stock.pcall, string.sub))`, "false\tfalse\tfalse\tfalse\nfalse\tbad argument #1 to '?' (string expected, got no value)\n"},
		{"failures at any depth", `
			local function at(n, f) if n == 0 then return f() end local v = at(n - 1, f) return v end
			for _, f in ipairs{function() return stock.works(nil) end, function() return stock.call(stock.works, nil) end} do
				for i = 0, 20 do assert(at(i, f) == false) assert(coroutine.wrap(at)(i, f) == false) end
			end
			print("ok")`, "ok\n"},
		{"variables of what has failed", `
			local get
			assert(not stock.works(function() local a, b = 1, 2 get = function() a = a + b return a end error("x") end))
			local function f(...) local p, q, r, s, t = 5, 6, 7, 8, ... return get() + 0 * (p + q + r + s + t) end
			print(f(1), f(1))`, "3\t5\n"},
		{"variables of what goes on", `
			local n = 0
			local function add() n = n + 1 return n end
			pcall(function() local m = 0 local function sub() m = m - n return m end pcall(stock.pcall, error, "x") sub() pcall(stock.pcall, error, {}) print(m) end)
			pcall(stock.pcall, error, "x")
			n = 10
			print(add(), n)
			local function later() local m = 1 pcall(stock.pcall, error, "x") return function() m = m + 1 return m end end
			local get = later()
			;(function(...) local a, b, c, d = "a", "b", "c", "d" end)()
			print(get(), get())`, "0\n11\t11\n2\t3\n"},
		{"a time-out that is stopped", `
			print(select(2, pcall(wait_for, function() stock.pcall(sleep, 5) end, 1)))
			print(pcall(wait_for, function() stock.works(sleep, 5) print("on") sleep(1) print("never") end, 1))`,
			"cancelled: timed out after 1 s\non\nfalse\ttest:3: wait_for: timed out after 1 s\n"},
		{"what discards a coroutine is stopped", `
			local log = {}
			for _, last in ipairs{function() sleep(1) end, function() sleep(0) end, coroutine.yield, function() while true do end end, function() table.sort({2, 1}, sleep) end,
				function() pcall(sleep, 1) log[#log + 1] = "went on" end} do
				local co = coroutine.create(function()
					log[#log + 1] = tostring(stock.works(coroutine.yield))
					last()
					error("x")
				end)
				coroutine.resume(co)
				co = nil
				collectgarbage() collectgarbage()
				while #log == 0 do collectgarbage() coroutine.create(print) end
				sleep(2)
				coroutine.resume(coroutine.create(sleep), 2)
				print(now(), table.concat(log, " "))
				log = {}
			end`, "4\tfalse\n8\tfalse\n12\tfalse\n16\tfalse\n20\tfalse\n24\tfalse\n"},
		{"no cleanup of a coroutine that is discarded", `
			for _, call in ipairs{pcall, stock.call} do
				local n = 0
				local co = coroutine.create(function()
					call(finally, function() stock.works(coroutine.yield) n = 1 end, function() n = 2 end)
					n = 3
				end)
				coroutine.resume(co)
				co = nil
				while n == 0 do collectgarbage() coroutine.create(print) end
				print(n)
			end`, "1\n1\n"},
		{"threads of gopher-lua's", `
			print(stock.thread(function() return pcall(error, "x", 0) end))
			print(stock.thread(function() return xpcall(error, function(e) return "handled " .. e end, "x", 0) end))
			print(stock.thread(function() return pcall(nil) end))
			print(stock.thread(function() return finally(function() sleep(1) return now() end, print) end))
			print(stock.thread(function() return pcall(wait_for, function() pcall(sleep, 5) print("never") end, 1) end))
			print(stock.thread(function() return pcall(coroutine.wrap(print)) end))`,
			"false\tx\nfalse\thandled x\nfalse\ttest:4: attempt to call a non-function object\ntrue\n1\nfalse\ttest:6: wait_for: timed out after 1 s\n" +
				"false\tattempt to resume a coroutine in a thread that a Go function has made with LState.NewThread\n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			rt := interptest.New(t, builtins.Std(), interp.WithPreload("stock", stock))
			rt.Check(`local stock = require "stock" `+tt.src, tt.want)
		})
	}
}

// A builtin that has gopher-lua's state finds every field of a script's tables, and a script every field of its own. Without the option it
// has none: its methods would not find them.
func TestState(t *testing.T) {
	fields := interp.WithFunc("fields", func(c *interp.Call) error {
		L := c.State()
		o := L.CheckTable(1)
		L.SetField(o, "new", L.GetField(o, "a"))
		n := 0
		for k, _ := o.Next(lua.LNil); k != lua.LNil; k, _ = o.Next(k) {
			n++
		}
		return c.Return(n, o.RawGetString("b"))
	})
	const src = `local o = { a = 1, b = 2 } print(fields(o)) print(o.new) local p = {} p.b = 3 print(fields(p))`
	interptest.New(t, fields, interp.WithState()).Check(src, "3\t2\n1\n1\t3\n")
	interptest.New(t, fields, interp.WithPreload("x", lua.OpenChannel)).Check(src, "3\t2\n1\n1\t3\n")
	interptest.New(t, fields).Check(`print(select(2, pcall(fields, {})).kind) print((tostring(select(2, pcall(fields, {}))):match("Call.State: [^\n]*")))`,
		"panic\nCall.State: the runtime must be made with interp.WithState()\n")
}
