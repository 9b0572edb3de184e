package vm

import (
	"fmt"
	"testing"

	lua "github.com/yuin/gopher-lua"
)

// fieldsScript does at random to fields of objects what scripts do, from places that each see many objects, and to a model that has no fields:
// lists. Values that were read stay as they were.
const fieldsScript = `
local seed = ...
local function random(n) seed = (seed * 16807) % 2147483647 return seed % n + 1 end
local names = { "x", "y", "label" }
local get = { function(o) return o.x end, function(o) return o.y end, function(o) return o.label end }
local put = { function(o, v) o.x = v end, function(o, v) o.y = v end, function(o, v) o.label = v end }
local add = { function(o, n) o.x = o.x + n end, function(o, n) o.y = n + o.y end, function(o, n) local v = o.label v = v + n o.label = v end }
local objects, model, parents = {}, {}, {}
for i = 1, 5 do objects[i], model[i] = {}, {} end
G = { 0.5, 0.5, 0.5 }
local function want(i, k)
  local v = model[i][k]
  if v == nil and parents[i] then return want(parents[i], k) end
  return v
end
local kept = {}
local function keep(v) kept[#kept + 1] = { v, tostring(v) } end
local function value()
  local n = random(8)
  if n == 1 then return nil elseif n == 2 then return "text" .. random(3) elseif n == 3 then return {} end
  return n * 500 + 0.25
end
local function set(o, i, k, v, how) how(o, v) model[i][k] = v end
for step = 1, 6000 do
  local i, k, op = random(5), random(3), random(16)
  local o, name = objects[i], names[k]
  if op <= 3 then
    local v = get[k](o)
    assert(v == want(i, k), "get")
    keep(v)
  elseif op <= 5 then
    set(o, i, k, value(), put[k])
  elseif op <= 8 then
    local before, n = get[k](o), random(3)
    if type(before) == "number" then
      add[k](o, n)
      model[i][k] = before + n
      assert(o[name] == before + n, "add")
    end
  elseif op == 9 then
    assert(o[name] == want(i, k), "by a name that is computed")
    keep(o[name])
  elseif op == 10 then
    set(o, i, k, value(), function(o, v) o[name] = v end)
  elseif op == 11 then
    assert(rawget(o, name) == model[i][k], "rawget")
    keep(rawget(o, name))
  elseif op == 12 then
    set(o, i, k, value(), function(o, v) hostset(o, name, v) end)
  elseif op == 13 then
    assert(hostget(o, name) == model[i][k], "a host's get")
  elseif op == 14 then
    local n = 0
    for key, v in quicknext, o do
      n = n + 1
      keep(v)
      for j = 1, 3 do if names[j] == key then assert(v == model[i][j], "next") end end
    end
    for j = 1, 3 do if model[i][j] ~= nil then n = n - 1 end end
    assert(n == 0, "next")
  elseif op == 15 then -- an object that comes later inherits nothing from one before: there is no circle
    parents[i] = i < 5 and random(2) == 1 and i + 1 or nil
    setmetatable(o, parents[i] and { __index = objects[parents[i]] } or nil)
  else
    x, y, label = G[1], G[2], G[3] -- globals
    x = x + 1
    y = x + y
    G[1], G[2] = x, y
    keep(x)
    assert(_G.x == G[1] and y == G[2], "globals")
  end
end
for _, one in ipairs(kept) do assert(tostring(one[1]) == one[2], "what was read has changed") end
return #kept`

func TestFields(t *testing.T)        { fieldsOf(t, true) }
func TestFieldsInSlots(t *testing.T) { fieldsOf(t, false) }

func fieldsOf(t *testing.T, mapped bool) {
	m, _ := newMachine(t, Config{Mapped: mapped})
	L := m.State()
	type keptValue struct {
		v    lua.LValue
		text string
	}
	var kept []keptValue
	L.SetGlobal("hostset", L.NewFunction(func(L *lua.LState) int {
		if t := L.CheckTable(1); mapped {
			t.RawSetString(L.CheckString(2), L.Get(3))
		} else {
			SetField(t, L.CheckString(2), L.Get(3))
		}
		return 0
	}))
	L.SetGlobal("hostget", L.NewFunction(func(L *lua.LState) int {
		v := Field(L.CheckTable(1), L.CheckString(2))
		kept = append(kept, keptValue{v, fmt.Sprint(v)})
		L.Push(v)
		return 1
	}))
	L.SetGlobal("quicknext", NewNamed(L, Named{
		Fn: func(L *lua.LState) int {
			k, v, _ := Next(L, L.CheckTable(1), L.Get(2))
			L.Push(k)
			L.Push(v)
			return 2
		},
		Quick: &QuickWay{Call: func(m *Machine, args, results []lua.LValue) int {
			k, v, ok := m.QuickNext(args[0].(*lua.LTable), args[1])
			if !ok {
				return -1
			}
			results[0] = k
			if len(results) > 1 {
				results[1] = v
			}
			return 2
		}},
	}))
	L.SetGlobal("rawget", NewNamed(L, Named{
		Fn: func(L *lua.LState) int { L.Push(RawGet(L, L.CheckTable(1), L.Get(2))); return 1 },
		Quick: &QuickWay{Call: func(m *Machine, args, results []lua.LValue) int {
			results[0] = inTable(args[0].(*lua.LTable)).get(m, args[1])
			return 1
		}},
	}))
	for seed := 1; seed <= 20; seed++ {
		if _, err := runOn(m, 100, fieldsScript, lua.LNumber(seed)); err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
	}
	// A Quick reads, and nothing else of Go runs until the next number is set.
	vals, err := runOn(m, 100, `local o, n = { x = 0.5 } for i = 1, 300 do o.x = o.x + 1 end
		for _, v in quicknext, o do o.x = o.x + 1 n = v end
		o.x = o.x + 0
		local v = rawget(o, "x") o.x = o.x + 1
		return n, v, o.x`)
	if err != nil || fmt.Sprint(vals) != "[300.5 301.5 302.5]" {
		t.Error(vals, err)
	}
	for _, k := range kept {
		if fmt.Sprint(k.v) != k.text {
			t.Fatalf("a value that Go has kept was %s and is %v", k.text, k.v)
		}
	}
}

// Functions of the library that leave fields alone let what is remembered of them stay, but not what they call, be it stopped by an error.
func TestFieldsBelow(t *testing.T) {
	m, _ := newMachine(t, Config{Mapped: true})
	L := m.State()
	for _, f := range Base() {
		L.SetGlobal(string(f.Name.(lua.LString)), NewNamed(L, f))
	}
	co := L.NewTable()
	OpenCoroutine(m, co)
	L.SetGlobal("coroutine", co)
	L.SetGlobal("hostset", L.NewFunction(func(L *lua.LState) int {
		L.CheckTable(1).RawSetString(L.CheckString(2), L.Get(3))
		if L.GetTop() > 3 {
			L.RaiseError("after it was set")
		}
		return 0
	}))
	L.SetGlobal("below", L.NewFunction(func(L *lua.LState) int { // calls its argument on Go's stack
		L.Push(L.Get(1))
		L.Call(0, 0)
		return 0
	}))
	L.SetGlobal("below2", NewNamed(L, Named{NoFields: true, Fn: func(L *lua.LState) int {
		L.Push(Call2(L, L.Get(1), lua.LNil, lua.LNil))
		return 1
	}}))
	const hot = `local o = { x = 1000.5 } local function get() return o.x end for i = 1, 300 do get() end `
	for _, src := range []string{
		`hostset(o, "x", 7)`,
		`pcall(hostset, o, "x", 7)`,
		`pcall(hostset, o, "x", 7, true)`,
		`pcall(function() hostset(o, "x", 7, true) end)`,
		`xpcall(function() hostset(o, "x", 7, true) end, function() return get() end)`,
		`xpcall(function() error("e") end, function() hostset(o, "x", 7) end)`,
		`below(function() pcall(hostset, o, "x", 7, true) end)`,
		`below(function() pcall(function() hostset(o, "x", 7, true) end) end)`,
		`below(function() pcall(function() below(function() hostset(o, "x", 7, true) end) end) end)`,
		`below2(function() return get() end) below2(function() pcall(hostset, o, "x", 7, true) end)`,
		`below2(function() hostset(o, "x", 7) end)`,
		`coroutine.wrap(function() hostset(o, "x", 7) coroutine.yield() end)()`,
		`coroutine.wrap(function() pcall(hostset, o, "x", 7, true) coroutine.yield() end)()`,
		`pcall(coroutine.wrap(function() hostset(o, "x", 7, true) end))`,
		`local c = coroutine.wrap(function() coroutine.yield() o.x = 7 end) c() get() c()`,
		`local mt = setmetatable({}, { __index = function(_, k) hostset(o, "x", 7) return k end }) get() local _ = mt.y`,
		`local mt = setmetatable({}, { __lt = function(a, b) hostset(o, "x", 7) return true end, __concat = hostset }) get() local _ = mt < mt`,
		`local mt = setmetatable({}, { __call = hostset }) pcall(mt, "x", 7) pcall(hostset, o, "x", 7)`,
		`for _ in function(_, c) if not c then hostset(o, "x", 7) return 1 end end do end`,
	} {
		for range 2 {
			vals, err := runOn(m, 100, hot+src+` local a = get() for i = 1, 3 do o.x = o.x + 1 end return a, get()`)
			if err != nil || fmt.Sprint(vals) != "[7 10]" {
				t.Errorf("%s: %v %v", src, vals, err)
			}
		}
	}
}

// A field shows what was done to tables since it was read last.
func TestFieldsSeen(t *testing.T) {
	const hot = `local o = { x = 1000.5 } local function get() return o.x end for i = 1, 300 do get() end `
	expect(t, [][2]string{
		{hot + `o.x = nil print(get())`, "nil\n"},
		{hot + `o["x"] = 2 print(get())`, "2\n"},
		{hot + `rawset(o, "x", 3) print(get())`, "3\n"},
		{hot + `o.x = "s" print(get()) o.x = 4 print(get())`, "s\n4\n"},
		{hot + `o.x = nil setmetatable(o, { __index = { x = 5 } }) print(get()) getmetatable(o).__index.x = 6 print(get()) getmetatable(o).__index = { x = 7 } print(get()) setmetatable(o, nil) print(get())`,
			"5\n6\n7\nnil\n"},
		{hot + `o.x = nil setmetatable(o, { __index = function(_, k) return k .. "!" end }) print(get()) o.x = false print(get())`, "x!\nfalse\n"},
		{`local p = setmetatable({}, { __index = { f = 1 } }) for i = 1, 300 do local _ = p.f, p.g end p.g = 2 p.f = 3 print(p.f, p.g)`, "3\t2\n"},
		{`local log = {} local p = setmetatable({}, {}) for i = 1, 300 do p.n = i p.n = nil end getmetatable(p).__newindex = function(_, k, v) log[#log + 1] = k end p.n = 1 print(p.n, log[1])`,
			"nil\tn\n"},
		{hot + `for i = 1, 5 do o.x = o.x + 1 end local before = get() o.x = o.x + 1 print(before, get())`, "1005.5\t1006.5\n"},
		{hot + `for i = 1, 5 do o.x = o.x + 1 end local k, v = next(o) o.x = o.x + 1 print(k, v, o.x)`, "x\t1005.5\t1006.5\n"},
		{hot + `local t = {} for i = 1, 4 do o.x = o.x * 2 t[i] = o.x end print(unpack(t))`, "2001\t4002\t8004\t16008\n"},
		{hot + `local t = {} for i = 1, 4 do o.x = o.x * 2 t[i] = get() end print(unpack(t))`, "2001\t4002\t8004\t16008\n"},
		{hot + `local s = {} for i = 1, 3 do o.x = o.x + 1 s[i] = function() return o.x end end print(s[1](), o.x == get())`, "1003.5\ttrue\n"},
		{`n = 1000 for i = 1, 300 do n = n + 1 end local a = n n = n + 1 print(a, n, _G.n)`, "1300\t1301\t1301\n"},
		{`local o = {} for i = 1, 300 do o[""] = i local _ = o[""] end print(o[""])`, "300\n"},
	})
}

// A metamethod is the one that its table has now, whoever has set it.
func TestMetamethodsSeen(t *testing.T) {
	m, _ := newMachine(t, Config{Mapped: true})
	L := m.State()
	for _, f := range Base() {
		L.SetGlobal(string(f.Name.(lua.LString)), NewNamed(L, f))
	}
	L.SetGlobal("hostset", L.NewFunction(func(L *lua.LState) int {
		L.CheckTable(1).RawSetString(L.CheckString(2), L.Get(3))
		return 0
	}))
	L.SetGlobal("hostswap", L.NewFunction(func(L *lua.LState) int { // sets two metamethods, and uses them before it returns
		mt := L.CheckTable(1)
		mt.RawSetString("__index", L.Get(2))
		mt.RawSetString("__newindex", L.Get(3))
		SetIndex(L, L.Get(4), lua.LString("k"), lua.LString("v"))
		L.Push(Index(L, L.Get(4), lua.LString("k")))
		return 1
	}))
	L.SetGlobal("hostcall", L.NewFunction(func(L *lua.LState) int { // makes an object a function, and calls it
		o := L.CheckTable(1)
		o.Metatable.(*lua.LTable).RawSetString("__call", L.Get(2))
		L.Push(o)
		return CallThen(L, 0, func(L *lua.LState, n int, err error, _, _ any) int {
			if err != nil {
				Throw(L, err)
			}
			return n
		}, nil, nil)
	}))
	const hot = `local set, got = {}
		local function index(what) return function(_, k) return what .. k end end
		local function newindex(what) return function(_, k, v, more) got = more or what .. k .. v end end
		local function call(what) return function(_, a, b) return what, a, b end end
		local function add(what) return function() return what end end
		local mt = { __index = index "1", __newindex = newindex "1", __call = call "1", __add = add "1", __concat = add "1" }
		local o = setmetatable({}, mt)
		local function all() o.k = "v" local what, a, b, c = o(8, 9) assert(a == 8 and b == 9 and c == nil) return o.k, got, what, o + 1, o .. "x", (select(2, pcall(o, 8))) end
		all()
		for i = 1, 300 do o.k = "v" local _ = o.k, o(), o + 1, o .. "x" end `
	for _, c := range [][2]string{
		{`return all()`, "[1k 1kv 1 1 1 1]"},
		{`mt.__index, mt.__newindex, mt.__call, mt.__add, mt.__concat = index "2", newindex "2", call "2", add "2", add "2" return all()`, "[2k 2kv 2 2 2 2]"},
		{`rawset(mt, "__index", index "2") rawset(mt, "__newindex", newindex "2") rawset(mt, "__call", call "2") return all()`, "[2k 2kv 2 1 1 2]"},
		{`hostset(mt, "__index", index "2") hostset(mt, "__newindex", newindex "2") hostset(mt, "__call", call "2") return all()`, "[2k 2kv 2 1 1 2]"},
		{`local name = "__" .. "call" mt[name] = call "2" return all()`, "[1k 1kv 2 1 1 2]"},
		{`setmetatable(o, { __index = index "3", __newindex = newindex "3", __call = call "3", __add = add "3", __concat = add "3" }) return all()`, "[3k 3kv 3 3 3 3]"},
		{`mt.__index, mt.__newindex = nil return all()`, "[v <nil> 1 1 1 1]"},
		{`mt.__newindex = set o.k = 7 return set.k, o.k`, "[7 1k]"},
		{`return hostswap(mt, index "4", newindex "4", o), got`, "[4k 4kv]"},
		{`hostset(mt, "__call", nil) return (pcall(o))`, "[false]"},
		{`mt.__call = nil for i = 1, 300 do local _ = mt.__call end return hostcall(o, call "5")`, "[5 <nil> <nil>]"},
		{`mt.__newindex = function(_, k) error(k, 0) end for i = 1, 3 do local ok, e = pcall(function() o.bad = i end) got = e end return got, (pcall(function() o[nil] = 1 end))`, "[bad false]"},
		{`mt.__newindex = function(t, k, v) if k > 0 then t[k - 1] = v else rawset(t, "done", v) end end o[100] = "deep" return rawget(o, "done")`, "[deep]"},
	} {
		vals, err := runOn(m, 1000, "got = nil "+hot+"got = nil "+c[0])
		for i, v := range vals {
			if v == lua.LNil {
				vals[i] = lua.LString("<nil>")
			}
		}
		if err != nil || fmt.Sprint(vals) != c[1] {
			t.Errorf("%s: %v %v, want %s", c[0], vals, err, c[1])
		}
	}
}

// A table that nobody holds any more is not kept by what was remembered of it, once nothing runs.
func TestFieldsLetGo(t *testing.T) {
	m, _ := newMachine(t, Config{Mapped: true})
	if _, err := runOn(m, 100, `local o = { x = 1 } for i = 1, 1000 do o.x = o.x + 1 end`); err != nil {
		t.Fatal(err)
	}
	if m.cache.fieldEntries == nil {
		t.Fatal("no field was remembered")
	}
	m.Forget()
	for i, e := range m.cache.fields {
		if e.t != nil || e.value != nil {
			t.Errorf("place %d still has %v", i, e)
		}
	}
}
