package interp_test

import (
	"sync"
	"testing"

	"github.com/lull-lua/lull/builtins"
	"github.com/lull-lua/lull/interp"
	"github.com/lull-lua/lull/interp/interptest"
)

// A table's fields are found by all that reads or writes it for a script, though gopher-lua's own methods would not find them.
func TestFieldsEverywhere(t *testing.T) {
	for _, tt := range []struct{ src, want string }{
		{`setmetatable(package.loaded, { __index = { far = { x = 1 } } }) print(require("far").x)`, "1\n"},
		{`local seen = {} setmetatable(package.loaded, { __newindex = seen }) package.preload.near = function() return { x = 2 } end print(pcall(require, "near")) print(seen.near ~= nil)`,
			"true\tnil\ntrue\n"},
		{`package.loaded.mine = { x = 1 } module("mine", package.seeall) y = 2 print(x, y, _NAME, _M == package.loaded.mine)`, "1\t2\tmine\ttrue\n"},
		{`deep = { er = { x = 1 } } module("deep.er.est") _M.z = 1 local m = _M`, ""},
		{`package.preload = { p = function() return { x = 3 } end } print(require("p").x)`, "3\n"},
		{`package.loaders = { n = 1, function() return function() return { x = 4 } end end } print(require("q").x)`, "4\n"},
		{`print(os.time { year = 2024, month = 1, day = 2, hour = 12 } - os.time(setmetatable({ year = 2024, month = 1 }, { __index = { day = 1, isdst = false } })))`, "86400\n"},
		{`print(("$a $b"):gsub("%$(%w+)", { a = "x", b = 2 }))`, "x 2\t2\n"},
		{`print(("$a $b"):gsub("%$(%w+)", setmetatable({ a = 1 }, { __index = { b = 2 } })))`, "1 2\t2\n"},
		{`print(table.concat({ "a", "b", n = 2 }, ","), #{ "a", n = 2 }, table.maxn { 1, 2, n = 3, [7] = 4 }, unpack({ 1, 2, n = 3 }))`, "a,b\t1\t7\t1\t2\n"},
		{`local t = { 3, 1, 2, n = 3 } table.sort(t) table.insert(t, 4) print(table.concat(t, " "), t.n, table.remove(t), t.n)`, "1 2 3 4\t3\t4\t3\n"},
		{`local a, b = setmetatable({ v = 1 }, { __eq = function(x, y) return x.v == y.v end, __lt = function(x, y) return x.v < y.v end, __concat = function(x, y) return "cat" end,
			__tostring = function(x) return "v" .. x.v end, __call = function(self, n) return self.v + n end, __unm = function(x) return -x.v end }), nil
		  b = setmetatable({ v = 1 }, getmetatable(a)) print(a == b, a < b, a <= b, a .. b, tostring(a), a(2), -a, pcall(a, 3))`, "true\tfalse\ttrue\tcat\tv1\t3\t-1\ttrue\t4\n"},
		{`local mt = { __index = function(t, k) return k .. "!" end } local o = setmetatable({}, mt) print(o.a) mt.__index = { a = "b" } print(o.a) mt.__index = nil print(o.a)`, "a!\nb\nnil\n"},
		{`local mt = {} local o = setmetatable({ a = 1 }, mt) mt.__newindex = function(t, k, v) rawset(t, k, v * 2) end o.a = 2 o.b = 2 print(o.a, o.b, rawget(o, "b"), rawequal(o, o))`, "2\t4\t4\ttrue\n"},
		{`local p = newproxy(true) getmetatable(p).__index = { x = 1 } print(p.x) debug.setmetatable(0, { __index = { half = 0.5 } }) print((1).half) debug.setmetatable(0, nil)`, "1\n0.5\n"},
		{`debug.setmetatable("", { __index = { shout = function(s) return s .. "!" end } }) print(("a"):shout())`, "a!\n"},
		{`local env = setmetatable({ y = 1 }, { __index = _G }) local f = assert(load("x = y + 1 return x", "=f", "t", env)) print(f(), env.x, x)`, "2\t2\tnil\n"},
		{`local f = setfenv(function() a = 1 b = a + 1 return a, b, tostring(c) end, { tostring = tostring }) print(f()) print(getfenv(f).b, b)`, "1\t2\tnil\n2\tnil\n"},
		{`print(json.encode { a = 1, b = { c = 2.5, d = "x" }, list = { 1, 2 } })`, "{\"a\":1,\"b\":{\"c\":2.5,\"d\":\"x\"},\"list\":[1,2]}\n"},
		{`local t = json.decode('{"a":1,"b":{"c":[1,{"d":null}]},"a":2,"e":{}}') t.f = t.a t.a = t.a + 1 t.e.g = 5 local n = 0 for k, v in pairs(t) do n = n + 1 end print(t.a, t.f, t.b.c[1], t.e.g, n, json.encode(t))`,
			"3\t2\t1\t5\t4\t{\"a\":3,\"b\":{\"c\":[1,{}]},\"e\":{\"g\":5},\"f\":2}\n"},
		{`local a = json.decode '[{"x":1,"y":2},{"x":3,"y":4}]' a[1].z = 9 a[2].x = nil a[2][true] = 1 print(a[1].x, a[1].z, a[2].x, a[2].y, a[2].z, a[2][true], next(a[2]))`, "1\t9\tnil\t4\tnil\t1\ty\t4\n"},
		{`local rows = csv.decode("a,b\n1,2\n3,4\n", { header = true }) rows[1].c = "x" print(rows[1].a, rows[1].c, rows[2].b, rows[2].c)`, "1\tx\t4\tnil\n"},
		{`print(error_value or select(2, pcall(error, { code = 7 })).code)`, "7\n"},
		{`local r = gather(async(function() return { v = 1 } end)(), async(function() return { v = 2 } end)()) print(r.v)`, "1\n"},
		{`print(parallel.map({ { a = 1, b = { 2 } }, { a = 3, b = { 4 } } }, function(t) t.a = t.a + 1 t.new = #t.b return t end)[2].a)`, "4\n"},
	} {
		interptest.New(t, builtins.Std()).Check(tt.src, tt.want)
	}
}

// Tables that a run has returned are read beside the loop, and beside other readers, where others have the same fields.
func TestFieldsAreReadBesideTheLoop(t *testing.T) {
	rt, err := interp.New(builtins.Std())
	if err != nil {
		t.Fatal(err)
	}
	defer rt.Close()
	const record = `{ a = 1, b = 2, c = 3, d = 4, e = 5, f = 6, g = 7, h = 8, i = 9, j = 10 }`
	vals, err := rt.RunString(t.Context(), "=t", `return `+record+`, `+record)
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	for _, v := range vals {
		wg.Go(func() {
			var got map[string]int
			if err := v.Into(&got); err != nil || got["j"] != 10 {
				t.Error(err, got)
			}
			if table, _ := v.Table(); table.Field("j").String() != "10" {
				t.Error(table.Field("j"))
			}
		})
	}
	wg.Go(func() {
		if _, err := rt.RunString(t.Context(), "=t", `local o, name = `+record+`, "j" assert(o[name] == 10)`); err != nil {
			t.Error(err)
		}
	})
	wg.Wait()
}
