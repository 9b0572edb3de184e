package vm

import (
	"testing"

	lua "github.com/yuin/gopher-lua"
)

// Each program is a function body that is called with the number of rounds as n.
var benchmarks = []struct{ name, src string }{
	{"calls", `local function fib(n) if n < 2 then return n end return fib(n-1) + fib(n-2) end for i = 1, n do fib(18) end`},
	{"modulo", `local s = 0 for i = 1, n * 10000 do if i % 3 == 0 then s = s + i end end`},
	{"while", `local i, s = 0, 0 while i < n * 10000 do i = i + 1 if i > s then s = i end end`},
	{"sieve", `for r = 1, n do
		local p = {} for i = 1, 5000 do p[i] = true end
		for i = 2, 70 do if p[i] then for j = i * i, 5000, i do p[j] = false end end end
	end`},
	{"field", `local o = {x = 0, y = 1} for i = 1, n * 10000 do o.x = o.x + 1 end`},
	{"method", `
		local A = {} A.__index = A function A:get(k) return self.v + k end
		local o, s = setmetatable({v = 1}, A), 0
		for i = 1, n * 5000 do s = s + o:get(i) end`},
	{"concat", `for i = 1, n * 1000 do local s = "k" .. i .. ":" .. (i + 1) end`},
	{"bodies", `
		local sqrt = math.sqrt
		local function advance(b, dt)
			for i = 1, #b do
				local p = b[i]
				for j = i + 1, #b do
					local q = b[j]
					local dx, dy = p.x - q.x, p.y - q.y
					local d = dx * dx + dy * dy + 0.01
					local f = dt / (d * sqrt(d))
					p.vx, p.vy = p.vx - dx * f * q.m, p.vy - dy * f * q.m
					q.vx, q.vy = q.vx + dx * f * p.m, q.vy + dy * f * p.m
				end
				p.x, p.y = p.x + dt * p.vx, p.y + dt * p.vy
			end
		end
		local b = {} for i = 1, 5 do b[i] = {x = i * 1.5, y = i * i * 0.7, vx = 0.1 * i, vy = 0.2, m = 1 / i} end
		for i = 1, n * 200 do advance(b, 0.01) end`},
	{"queens", `
		local function fits(a, n, c)
			for i = 1, n - 1 do if a[i] == c or a[i] - i == c - n or a[i] + i == c + n then return false end end
			return true
		end
		local function place(a, n) if n > 6 then return end for c = 1, 6 do if fits(a, n, c) then a[n] = c place(a, n + 1) end end end
		for i = 1, n do place({}, 1) end`},
	{"closures", `
		local function counter() local n = 0 return function(d) n = n + d return n end end
		for i = 1, n * 100 do local c = counter() for j = 1, 20 do c(j) end end`},
	{"builtins", `local floor, s = math.floor, 0 for i = 1, n * 2000 do s = s + floor(i / 3) + math.abs(-i) end`},
	{"globals", `x = 0 function inc(k) x = x + k end for i = 1, n * 5000 do inc(i) end`},
	{"branches", `
		local a, b, c, d = 0, 0, 0, 0
		for i = 1, n * 5000 do
			local k = i % 7
			if k == 0 and i > 3 then a = a + 1 elseif k < 3 or k == 6 then b = b + 1 elseif not (k == 4) then c = c + 1 else d = d + 1 end
		end`},
	{"iterators", `
		local t = {} for i = 1, 100 do t[i] = i end
		local s = 0 for r = 1, n * 20 do for i, v in ipairs(t) do s = s + v end for k, v in pairs(t) do s = s + v end end`},
	{"sort", `for r = 1, n do
		local t = {} for i = 1, 500 do t[#t + 1] = (i * 7919) % 500 end
		table.sort(t, function(x, y) return x > y end)
	end`},
	{"pcall", `local function f() return 1 end for i = 1, n * 1000 do pcall(f) end`},
	{"pcallfails", `local function f() error("x") end for i = 1, n * 100 do pcall(f) end`},
	{"resume", `
		local co = coroutine.wrap(function() while true do coroutine.yield(1) end end)
		for i = 1, n * 1000 do co() end`},
}

func BenchmarkLoop(b *testing.B) {
	for _, p := range benchmarks {
		proto, err := Compile("=bench", []byte("local n = ... "+p.src))
		if err != nil {
			b.Fatal(err)
		}
		b.Run(p.name+"/own", func(b *testing.B) {
			m, _ := newMachine(b, Config{})
			th := m.NewThread(20_000)
			b.ResetTimer()
			if _, err := th.Run(m.State().NewFunctionFromProto(proto), []lua.LValue{lua.LNumber(b.N)}); err != nil {
				b.Fatal(err)
			}
		})
		b.Run(p.name+"/bare", func(b *testing.B) {
			L := lua.NewState()
			defer L.Close()
			b.ResetTimer()
			L.Push(L.NewFunctionFromProto(proto))
			L.Push(lua.LNumber(b.N))
			if err := L.PCall(1, 0, nil); err != nil {
				b.Fatal(err)
			}
		})
	}
}
