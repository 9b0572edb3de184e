--- basics
local co = coroutine.create(function(a, b) print("start", a, b) local c = coroutine.yield(a + b) print("got", c) local d, e = coroutine.yield(c * 2) print("got", d, e) return "end", 1 end) print(coroutine.resume(co, 1, 2)) print(coroutine.resume(co, 10)) print(coroutine.resume(co, "x", "y")) print(coroutine.resume(co)) print(coroutine.status(co))
--- status
local co co = coroutine.create(function() print(coroutine.status(co)) local c2 = coroutine.create(function() print(coroutine.status(co)) end) coroutine.resume(c2) coroutine.yield() end) print(coroutine.status(co)) coroutine.resume(co) print(coroutine.status(co)) coroutine.resume(co) print(coroutine.status(co))
--- wrap
local f = coroutine.wrap(function() for i = 1, 3 do coroutine.yield(i) end end) print(f(), f(), f()) print(f()) print(pcall(f))
--- generators
local function gen(n) return coroutine.wrap(function() for i = 1, n do coroutine.yield(i) end end) end for i in gen(5) do io.write(i, " ") end print()
--- errors
local co = coroutine.create(function() error("oops") end) print(coroutine.resume(co)) print(coroutine.status(co)) co = coroutine.create(function() error({1}) end) print(type(select(2, coroutine.resume(co)))) co = coroutine.create(function() local x = nil + 1 end) print(coroutine.resume(co))
--- errors through wrap
local f = coroutine.wrap(function() error("oops") end) print(pcall(f)) local g = coroutine.wrap(function() error("oops", 0) end) print(pcall(g)) local h = coroutine.wrap(function() error({}) end) print(type(select(2, pcall(h))))
--- errors through wrap called from Lua
local f = coroutine.wrap(function() error("oops", 0) end) print(pcall(function() f() end))
--- dead coroutines
local co = coroutine.create(function() end) coroutine.resume(co) print(coroutine.resume(co)) local f = coroutine.wrap(function() end) f() print(pcall(f))
--- dead coroutine through wrap called from Lua
local f = coroutine.wrap(function() end) f() print(pcall(function() f() end))
--- resuming itself
local co co = coroutine.create(function() return coroutine.resume(co) end) print(coroutine.resume(co))
--- resuming what resumes it
local a, b a = coroutine.create(function() return coroutine.resume(b) end) b = coroutine.create(function() return coroutine.resume(a) end) print(coroutine.resume(a))
--- running
print(coroutine.running()) local co co = coroutine.create(function() return coroutine.running() == co end) print(coroutine.resume(co))
--- running is usable as a key
local t = {} local co = coroutine.create(function() t[coroutine.running()] = "me" end) coroutine.resume(co) print(t[co])
--- yield outside
print(pcall(coroutine.yield)) print(pcall(coroutine.yield, 1))
--- bad arguments
print(pcall(coroutine.create)) print(pcall(coroutine.create, 1)) print(pcall(coroutine.wrap, {})) print(pcall(coroutine.resume)) print(pcall(coroutine.resume, 1)) print(pcall(coroutine.status, {}))
--- create with a builtin
local co = coroutine.create(print) print(coroutine.resume(co, 1, 2)) print(coroutine.status(co))
--- yield in nested calls
local function inner(x) return coroutine.yield(x) end local function outer(x) local r = inner(x) return r + 1 end local co = coroutine.wrap(function() return outer(5) end) print(co(), co(10))
--- yield many values
local co = coroutine.create(function(...) return coroutine.yield(...) end) print(coroutine.resume(co, 1, nil, 3)) print(coroutine.resume(co, nil, nil)) print(select("#", coroutine.resume(coroutine.create(function() coroutine.yield() end))))
--- yield in a loop with closures
local co = coroutine.wrap(function() local fs = {} for i = 1, 3 do fs[i] = function() return i end coroutine.yield(fs[i]()) end return fs[1]() end) print(co(), co(), co(), co())
--- yield across pcall
local co = coroutine.create(function() return pcall(function() coroutine.yield(1) error("x", 0) end) end) print(coroutine.resume(co)) print(coroutine.resume(co))
--- yield across metamethods
local co = coroutine.create(function() local t = setmetatable({}, {__index = function(_, k) return coroutine.yield(k) end}) return t.foo end) print(coroutine.resume(co)) print(coroutine.resume(co, 42))
--- yield across sort
local co = coroutine.create(function() local t = {2, 1} table.sort(t, function(a, b) coroutine.yield("cmp") return a < b end) return t[1] end) print(coroutine.resume(co)) print(coroutine.resume(co))
--- yield across gsub
local co = coroutine.create(function() return (("ab"):gsub(".", function(c) return coroutine.yield(c) end)) end) print(coroutine.resume(co)) print(coroutine.resume(co, "x")) print(coroutine.resume(co, "y"))
--- yield across iterators
local co = coroutine.wrap(function() for x in function(_, i) i = (i or 0) + 1 coroutine.yield("it" .. i) if i < 3 then return i end end do coroutine.yield(x) end return "end" end) for i = 1, 5 do io.write(tostring(co()), " ") end print(co())
--- producer and consumer
local function producer() return coroutine.create(function() for _, v in ipairs{"a", "b", "c"} do coroutine.yield(v) end return nil end) end local function filter(p) return coroutine.create(function() while true do local _, v = coroutine.resume(p) if not v then return nil end coroutine.yield(v:upper()) end end) end local c = filter(producer()) while true do local _, v = coroutine.resume(c) if not v then break end io.write(v, " ") end print()
--- permutations
local function permgen(a, n) if n <= 1 then coroutine.yield(table.concat(a)) else for i = 1, n do a[n], a[i] = a[i], a[n] permgen(a, n - 1) a[n], a[i] = a[i], a[n] end end end for p in coroutine.wrap(function() permgen({"a", "b", "c"}, 3) end) do io.write(p, " ") end print()
--- many coroutines
local cos = {} for i = 1, 200 do cos[i] = coroutine.wrap(function() for j = 1, 3 do coroutine.yield(i * j) end end) end local s = 0 for j = 1, 3 do for i = 1, 200 do s = s + cos[i]() end end print(s)
--- deep recursion in a coroutine
local function f(n) if n == 0 then return coroutine.yield("deep") end return (f(n - 1)) end local co = coroutine.create(f) print(coroutine.resume(co, 5000)) print(coroutine.resume(co, "up"))
--- coroutines in coroutines
local function nest(n) if n == 0 then coroutine.yield("bottom") return 0 end local co = coroutine.create(nest) local _, v = coroutine.resume(co, n - 1) coroutine.yield(v) return n end local co = coroutine.create(nest) print(coroutine.resume(co, 20))
--- a wrap inside a wrap
local f = coroutine.wrap(function() local g = coroutine.wrap(function() coroutine.yield(1) coroutine.yield(2) end) coroutine.yield(g()) coroutine.yield(g()) end) print(f(), f())
--- tail call of yield
local co = coroutine.wrap(function(x) return coroutine.yield(x) end) print(co(1), co(2))
--- error after a yield
local co = coroutine.create(function() coroutine.yield() error("late") end) coroutine.resume(co) print(coroutine.resume(co)) print(coroutine.status(co))
--- pcall around resume
print(pcall(coroutine.resume, coroutine.create(function(m) error(m, 0) end), "x"))
--- wrap is a function
print(type(coroutine.wrap(function() end)), type(coroutine.create(function() end)))
--- environment in a coroutine
local co = coroutine.create(function() return getfenv(1) == _G end) print(coroutine.resume(co))
--- resume with a table
print(pcall(coroutine.resume, {}))
--- stack overflow in a coroutine
local co = coroutine.create(function() local function f() return 1 + f() end return f() end) local ok, e = coroutine.resume(co) print(ok, (tostring(e):find("overflow")) ~= nil, coroutine.status(co))
--- the collector and coroutines
for i = 1, 100 do local co = coroutine.wrap(function() coroutine.yield() end) co() end collectgarbage() print("ok")
--- yield from a builtin called directly
local co = coroutine.create(function(...) return coroutine.yield(...) end) print(coroutine.resume(co, 1, 2)) print(coroutine.resume(co, 3)) print(coroutine.status(co))
--- passing functions through
local co = coroutine.wrap(function(f) while true do f = coroutine.yield(f()) end end) print(co(function() return 1 end), co(function() return 2 end))
--- debug traceback of a coroutine
local co = coroutine.create(function() local function inner() coroutine.yield() end inner() end) coroutine.resume(co) print((debug.traceback(co):find("inner")) ~= nil)
