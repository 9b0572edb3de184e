package vm

import (
	"testing"

	lua "github.com/yuin/gopher-lua"
)

// Each program has what lua5.1 says of it; SYNTAX is left to the compiler's tests.
var messages = [][2]string{
	{`gahter()`, `t:1: attempt to call global 'gahter' (a nil value)`},
	{`local x x()`, `t:1: attempt to call local 'x' (a nil value)`},
	{`local t = {} t.a.b = 1`, `t:1: attempt to index field 'a' (a nil value)`},
	{`local t = {} t.a.b()`, `t:1: attempt to index field 'a' (a nil value)`},
	{`local t = {} t:nope()`, `t:1: attempt to call method 'nope' (a nil value)`},
	{`local t = {} t.x.y.z()`, `t:1: attempt to index field 'x' (a nil value)`},
	{`local s = "x" s:nope()`, `t:1: attempt to call method 'nope' (a nil value)`},
	{`nope.x = 1`, `t:1: attempt to index global 'nope' (a nil value)`},
	{`nope[1] = 2`, `t:1: attempt to index global 'nope' (a nil value)`},
	{`local up local function f() up.x = 1 end f()`, `t:1: attempt to index upvalue 'up' (a nil value)`},
	{`local up local function f() return up + 1 end f()`, `t:1: attempt to perform arithmetic on upvalue 'up' (a nil value)`},
	{`local up local function f() up() end f()`, `t:1: attempt to call upvalue 'up' (a nil value)`},
	{`local a = {} return a + 1`, `t:1: attempt to perform arithmetic on local 'a' (a table value)`},
	{`local a = {} return 1 + a`, `t:1: attempt to perform arithmetic on local 'a' (a table value)`},
	{`local a = {} return a.b * 2`, `t:1: attempt to perform arithmetic on field 'b' (a nil value)`},
	{`local a = {} return 2 ^ a.b`, `t:1: attempt to perform arithmetic on field 'b' (a nil value)`},
	{`return x + 1`, `t:1: attempt to perform arithmetic on global 'x' (a nil value)`},
	{`return "a" + 1`, `t:1: attempt to perform arithmetic on a string value`},
	{`return 1 + "a"`, `t:1: attempt to perform arithmetic on a string value`},
	{`return -{}`, `t:1: attempt to perform arithmetic on a table value`},
	{`local t = {} return -t`, `t:1: attempt to perform arithmetic on local 't' (a table value)`},
	{`local t = {} return -t.x`, `t:1: attempt to perform arithmetic on field 'x' (a nil value)`},
	{`return "a" .. nil`, `t:1: attempt to concatenate a nil value`},
	{`local x return "a" .. x`, `t:1: attempt to concatenate local 'x' (a nil value)`},
	{`local x return x .. "a" .. "b"`, `t:1: attempt to concatenate local 'x' (a nil value)`},
	{`local t = {} return "a" .. t .. "b"`, `t:1: attempt to concatenate local 't' (a table value)`},
	{`return "x" .. {} .. y`, `t:1: attempt to concatenate a table value`},
	{`return {} .. "x"`, `t:1: attempt to concatenate a table value`},
	{`return #nil`, `t:1: attempt to get length of a nil value`},
	{`local x return #x`, `t:1: attempt to get length of local 'x' (a nil value)`},
	{`local t = {} return #t.x`, `t:1: attempt to get length of field 'x' (a nil value)`},
	{`return #5`, `t:1: attempt to get length of a number value`},
	{`return 1 < "x"`, `t:1: attempt to compare number with string`},
	{`return nil < 1`, `t:1: attempt to compare nil with number`},
	{`return {} < {}`, `t:1: attempt to compare two table values`},
	{`return nil <= nil`, `t:1: attempt to compare two nil values`},
	{`return 1 >= {}`, `t:1: attempt to compare table with number`},
	{`return print < print`, `t:1: attempt to compare two function values`},
	{`return "a" > 1`, `t:1: attempt to compare number with string`},
	{`for i = "x", 2 do end`, `t:1: 'for' initial value must be a number`},
	{`for i = 1, {} do end`, `t:1: 'for' limit must be a number`},
	{`for i = 1, 2, nil do end`, `t:1: 'for' step must be a number`},
	{`for k in nil do end`, `t:1: attempt to call a nil value`},
	{`for k in 5 do end`, `t:1: attempt to call a number value`},
	{`local t = {} for k in t do end`, `t:1: attempt to call a table value`},
	{`local t = setmetatable({}, {__index = 5}) return t.x`, `t:1: attempt to index a number value`},
	{`local t = setmetatable({}, {__newindex = 5}) t.x = 1`, `t:1: attempt to index a number value`},
	{`local t = setmetatable({}, {__index = setmetatable({}, {__index = true})}) return t.x`, `t:1: attempt to index a boolean value`},
	{`local t = {} t[nil] = 1`, `t:1: table index is nil`},
	{`local t = {} t[0/0] = 1`, `t:1: table index is NaN`},
	{`return (nil)()`, `t:1: attempt to call a nil value`},
	{`return ("x")()`, `t:1: attempt to call a string value`},
	{`return (1)()`, `t:1: attempt to call a number value`},
	{`return ({})()`, `t:1: attempt to call a table value`},
	{`return (function() end)()()`, `t:1: attempt to call a nil value`},
	{`local f = {g = {}} f.g.h.i()`, `t:1: attempt to index field 'h' (a nil value)`},
	{`local a, b, c = 1 return a + b`, `t:1: attempt to perform arithmetic on local 'b' (a nil value)`},
	{`local a, b, c = 1 return b + a`, `t:1: attempt to perform arithmetic on local 'b' (a nil value)`},
	{`local function f(p) return p.x end f()`, `t:1: attempt to index local 'p' (a nil value)`},
	{`local function f(...) local a, b = ... return b.x end f(1)`, `t:1: attempt to index local 'b' (a nil value)`},
	{`local t = {} t[1][2] = 3`, `t:1: attempt to index field '?' (a nil value)`},
	{`local t = {} local i = 1 return t[i].x`, `t:1: attempt to index field '?' (a nil value)`},
	{`local t = {} local k = "key" return t[k]()`, `t:1: attempt to call field '?' (a nil value)`},
	{`local t = {} return t["a b"]()`, `t:1: attempt to call field 'a b' (a nil value)`},
	{`if x.y then end`, `t:1: attempt to index global 'x' (a nil value)`},
	{`while x.y do end`, `t:1: attempt to index global 'x' (a nil value)`},
	{`return x.y and 1`, `t:1: attempt to index global 'x' (a nil value)`},
	{`return not x.y`, `t:1: attempt to index global 'x' (a nil value)`},
	{`return (x or y).z`, `t:1: attempt to index a nil value`},
	{`return (x and y)()`, `t:1: attempt to call a nil value`},
	{`local a do local b b.x = 1 end`, `t:1: attempt to index local 'b' (a nil value)`},
	{`do local b = 1 end local c c.x = 1`, `t:1: attempt to index local 'c' (a nil value)`},
	{`local a = 1 for i = 1, 2 do local q q() end`, `t:1: attempt to call local 'q' (a nil value)`},
	{`local a = {} for k, v in pairs({1}) do v.x() end`, `t:1: attempt to index local 'v' (a number value)`},
	{`local a = {} for k, v in pairs({1}) do v.x.y = k end`, `t:1: attempt to index local 'v' (a number value)`},
	{`local a = {} a.b.c = function() end`, `t:1: attempt to index field 'b' (a nil value)`},
	{`function a.b() end`, `t:1: attempt to index global 'a' (a nil value)`},
	{`function a:b() end`, `t:1: attempt to index global 'a' (a nil value)`},
	{`local t = {} function t.x.y() end`, `t:1: attempt to index field 'x' (a nil value)`},
	{`local a = {} return a.x.y, 1`, `t:1: attempt to index field 'x' (a nil value)`},
	{`local a = {} return 1, a.x.y`, `t:1: attempt to index field 'x' (a nil value)`},
	{`local a = {} print(a.x.y)`, `t:1: attempt to index field 'x' (a nil value)`},
	{`local a = {} a.f = function(self) return self.x.y end a:f()`, `t:1: attempt to index field 'x' (a nil value)`},
	{`return math.foo()`, `t:1: attempt to call field 'foo' (a nil value)`},
	{`return math.foo.bar`, `t:1: attempt to index field 'foo' (a nil value)`},
	{`math.foo.bar = 1`, `t:1: attempt to index field 'foo' (a nil value)`},
	{`string.foo("x")`, `t:1: attempt to call field 'foo' (a nil value)`},
	{`local s = "abc" return s.x.y`, `t:1: attempt to index field 'x' (a nil value)`},
	{`local s = "abc" s.x = 1`, `t:1: attempt to index local 's' (a string value)`},
	{`return (5).x`, `t:1: attempt to index a number value`},
	{`return true .. ""`, `t:1: attempt to concatenate a boolean value`},
	{`return 1 .. true`, `t:1: attempt to concatenate a boolean value`},
	{`local n = 5 n.x = 1`, `t:1: attempt to index local 'n' (a number value)`},
	{`local n = 5 n:f()`, `t:1: attempt to index local 'n' (a number value)`},
	{`return coroutine.wrap(function() local z z() end)()`, `t:1: t:1: attempt to call local 'z' (a nil value)`},
	{`local a a = a + 1`, `t:1: attempt to perform arithmetic on local 'a' (a nil value)`},
	{`local a = "x" a = a * a`, `t:1: attempt to perform arithmetic on local 'a' (a string value)`},
	{`local a = {} a = a % 2`, `t:1: attempt to perform arithmetic on local 'a' (a table value)`},
	{`x = x + 1`, `t:1: attempt to perform arithmetic on global 'x' (a nil value)`},
	{`t = {} t.n = t.n + 1`, `t:1: attempt to perform arithmetic on field 'n' (a nil value)`},
	{`local function r(n) return n.a.b end r({})`, `t:1: attempt to index field 'a' (a nil value)`},
	{`return (getmetatable(""))["__index"].foo()`, `t:1: attempt to call field 'foo' (a nil value)`},
	{`local t = {1, 2, nil} for i = 1, 3 do local v = t[i] v = v + 1 end`, `t:1: attempt to perform arithmetic on local 'v' (a nil value)`},
	{`return 2 < {} `, `t:1: attempt to compare number with table`},
	{`return select(2, 1, nil)()`, `t:1: attempt to call a nil value`},
	{`error()`, `nil`},
	{`error(nil)`, `nil`},
	{`error({})`, `TABLE`},
	{`error("m", 0)`, `m`},
	{`error("m", 2)`, `m`},
	{`local function f() error("m", 2) end f()`, `t:1: m`},
	{`local function f() error("m", 3) end local function g() f() end g()`, `t:1: m`},
	{`assert(false)`, `t:1: assertion failed!`},
	{`assert(nil, "msg")`, `t:1: msg`},
	{`error("m", 1)`, `t:1: m`},
	{`return 1 + nil`, `t:1: attempt to perform arithmetic on a nil value`},
	{`return {} + {}`, `t:1: attempt to perform arithmetic on a table value`},
	{`return nil + nil`, `t:1: attempt to perform arithmetic on a nil value`},
	{`return nil .. nil`, `t:1: attempt to concatenate a nil value`},
	{`local a, b = {}, {} return a .. b`, `t:1: attempt to concatenate local 'a' (a table value)`},
	{`return x.y.z`, `t:1: attempt to index global 'x' (a nil value)`},
	{`return (x.y).z`, `t:1: attempt to index global 'x' (a nil value)`},
	{`x.y.z = 1`, `t:1: attempt to index global 'x' (a nil value)`},
	{`x:y()`, `t:1: attempt to index global 'x' (a nil value)`},
	{`x.y:z()`, `t:1: attempt to index global 'x' (a nil value)`},
	{`local x = 1 x.y:z()`, `t:1: attempt to index local 'x' (a number value)`},
	{`local t = {y = 1} t.y:z()`, `t:1: attempt to index field 'y' (a number value)`},
	{`local t = {y = {}} t.y:z()`, `t:1: attempt to call method 'z' (a nil value)`},
}

func TestMessages(t *testing.T) {
	for _, c := range messages {
		m, _ := newMachine(t, Config{})
		p, err := Compile("=t", []byte(c[0]))
		if err != nil {
			t.Errorf("%s: %v", c[0], err)
			continue
		}
		th := m.NewThread(1000)
		vals, err := th.Run(m.State().GetGlobal("pcall").(*lua.LFunction), []lua.LValue{m.State().NewFunctionFromProto(p)})
		if err != nil {
			t.Errorf("%s: %v", c[0], err)
			continue
		}
		got := vals[1].String()
		if _, ok := vals[1].(*lua.LTable); ok {
			got = "TABLE"
		}
		if got != c[1] {
			t.Errorf("%s\n got %s\nwant %s", c[0], got, c[1])
		}
	}
}
