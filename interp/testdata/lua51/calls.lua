--- arguments are adjusted
local function f(a, b, c) return a, b, c end print(f(1)) print(f(1, 2, 3, 4)) print((f(1, 2))) print(f()) 
--- results are adjusted
local function f() return 1, 2, 3 end local a, b, c, d = f() print(a, b, c, d) a, b = f(), 10 print(a, b) a, b = f() print(a, b) a = (f()) print(a) print(f(), f()) print({f(), f()}[4] == nil and #{f(), f()})
--- results in the middle
local function f() return 1, 2 end print(f(), 3) print((f())) print(f() + f()) print(#{f(), f(), f()})
--- no results
local function f() end print(f()) print((f())) print(type(f) , pcall(type, f())) local a = f() print(a) print(#{f()}, #{(f())})
--- recursion
local function fact(n) if n == 0 then return 1 end return n * fact(n - 1) end print(fact(10), fact(20))
--- mutual recursion
local even, odd function even(n) if n == 0 then return true end return odd(n - 1) end function odd(n) if n == 0 then return false end return even(n - 1) end print(even(100), odd(101))
--- tail calls do not grow the stack
local function loop(n) if n == 0 then return "done" end return loop(n - 1) end print(loop(100000))
--- methods
local o = {n = 1} function o:inc(by) self.n = self.n + (by or 1) return self end print(o:inc():inc(5).n) print(o.inc(o).n)
--- dotted functions
local a = {b = {}} function a.b.f(x) return x * 2 end function a.b:g(x) return self == a.b, x end print(a.b.f(4), a.b:g(5))
--- string and table calls
local function f(x) return type(x) end print(f"x", f[[y]], f{}, f{1, 2}) print(("x"):rep(2)) local t = {f = f} print(t.f"a", t.f{})
--- calling what is no function
print(pcall(function() undefinedfn() end)) print(pcall(function() local x = 5 x() end)) print(pcall(function() local t = {} t.f() end)) print(pcall(function() local t = {} t:m() end)) print(pcall(function() ("x")() end)) print(pcall(function() (nil)() end))
--- calling fields of fields
print(pcall(function() local t = {a = {}} t.a.b.c() end)) print(pcall(function() local t = {a = {}} t.a.b() end)) print(pcall(function() string.nothing("x") end)) print(pcall(function() ("x"):nothing() end))
--- calling upvalues
local up print(pcall(function() up() end)) local t = {} print(pcall(function() t.x.y() end))
--- __call
local t = setmetatable({}, {__call = function(self, a, b) return self ~= nil, a, b end}) print(t(1, 2)) print(pcall(t, 3)) print((t(5)))
--- __call in a chain
local f = setmetatable({}, {__call = function(_, x) return x end}) local g = setmetatable({}, {__call = f}) print(pcall(g, 1))
--- __call in a tail call and a loop
local t = setmetatable({}, {__call = function(_, n) return n end}) local function f() return t(7) end print(f()) for x in setmetatable({n = 0}, {__call = function(s) s.n = s.n + 1 if s.n < 4 then return s.n end end}) do io.write(x, " ") end print()
--- evaluation order of arguments
local log = {} local function f(x) log[#log+1] = x return x end local function g() end g(f(1), f(2), f(3)) print(table.concat(log))
--- stack overflow
local function f() return 1 + f() end local ok, e = pcall(f) print(ok, (tostring(e):find("stack overflow")) ~= nil)
--- deep recursion
local function f(n) if n == 0 then return 0 end return 1 + f(n - 1) end print(f(15000))
--- many arguments
local t = {} for i = 1, 200 do t[i] = i end local function f(...) return select("#", ...), (select(200, ...)) end print(f(unpack(t)))
--- many parameters
local names = {} for i = 1, 100 do names[i] = "a" .. i end local f = loadstring("local function f(" .. table.concat(names, ",") .. ") return a1, a100 end return f")() local t = {} for i = 1, 100 do t[i] = i end print(f(unpack(t)))
--- function equality
local function f() end local g = f print(f == g, f == function() end, print == print)
--- anonymous functions
print((function(x) return x + 1 end)(5), (function(...) return ... end)(1, 2))
--- a call on a new line
local f = print
f("a")
f("b")
--- parenthesised varargs
local function f(...) return (...) end print(f(1, 2, 3), f())
--- returning varargs
local function f(...) return ... end print(f()) print(f(nil)) print(f(nil, nil)) print(select("#", f(nil, nil)))
--- select
print(select(2, "a", "b", "c")) print(select(-1, "a", "b")) print(select("#")) print(select("#", nil, nil)) print(select(5, 1, 2)) print(pcall(select, 0)) print(pcall(select, -3, 1)) print(pcall(select)) print(pcall(select, "x"))
--- select with a fraction
print(select(1.5, "a", "b")) print(select("2", "a", "b"))
--- type
print(type(nil), type(1), type("x"), type(true), type({}), type(print), type(coroutine.create(function() end)), pcall(type))
--- assert
print(assert(1, 2, 3)) print(pcall(assert, false)) print(pcall(assert, nil, "msg")) print(pcall(assert)) print(assert("x"))
--- assert with a table
print(pcall(assert, false, {}))
--- assert places the default message
print(pcall(function() assert(false) end))
--- assert gives the message a place
print(pcall(function() assert(false, "msg") end))
--- getmetatable
print(getmetatable({})) local mt = {} print(getmetatable(setmetatable({}, mt)) == mt, pcall(getmetatable)) print(getmetatable(setmetatable({}, {__metatable = "locked"}))) print(pcall(setmetatable, setmetatable({}, {__metatable = 1}), {}))
--- setmetatable
local t = {} print(setmetatable(t, {}) == t, setmetatable(t, nil) == t, getmetatable(t)) print(pcall(setmetatable, 1, {})) print(pcall(setmetatable, {})) print(pcall(setmetatable, {}, 1)) print(pcall(setmetatable))
--- newproxy
local a = newproxy(true) getmetatable(a).__index = function(_, k) return k end local b = newproxy(a) print(type(a), a.x, b.y, getmetatable(a) == getmetatable(b), getmetatable(newproxy())) print(pcall(newproxy, 1)) print(pcall(newproxy, {}))
--- newproxy with operators
local p = newproxy(true) local mt = getmetatable(p) mt.__len = function() return 7 end mt.__tostring = function() return "proxy" end mt.__call = function(_, x) return x end mt.__unm = function() return "neg" end print(#p, tostring(p), p(3), -p)
--- collectgarbage
print(collectgarbage(), collectgarbage("collect"), collectgarbage("stop"), collectgarbage("restart"), type(collectgarbage("count")), collectgarbage("count") > 0, type(collectgarbage("step"))) print(pcall(collectgarbage, "bad")) print(pcall(collectgarbage, {}))
--- collectgarbage parameters
print(collectgarbage("setpause", 100), collectgarbage("setpause", 200), collectgarbage("setstepmul", 300), collectgarbage("setstepmul", 200), type(gcinfo()))
--- environments
local function f() return x end setfenv(f, {x = 5}) print(f(), getfenv(f).x, getfenv(1) == _G, getfenv(print) == _G, getfenv() == _G)
--- environments of chunks
local f = loadstring("x = 1 return y") local env = {y = 2} print(setfenv(f, env) == f, f(), env.x, rawget(_G, "x"))
--- environments are inherited
local env = {print = print, tostring = tostring} local f = loadstring("function g() return h end h = 3 return g()") setfenv(f, env) print(f(), env.h, getfenv(env.g) == env)
--- environments by level
local function f() setfenv(2, {y = 9}) end local function g() f() return y end print(g())
--- environments bad
print(pcall(setfenv, print, {})) print(pcall(setfenv, 1)) print(pcall(getfenv, -1)) print(pcall(getfenv, 50)) print(pcall(setfenv, 50, {})) print(pcall(getfenv, {})) print(pcall(setfenv, {}, {}))
--- _G
x = 5 print(_G.x, _G._G == _G, _G.print == print, rawget(_G, "y")) _G.y = 6 print(y) local print = print _G.print = nil print(pcall(function() return print ~= nil end))
--- _VERSION
print(_VERSION)
--- globals with a metatable
setmetatable(_G, {__index = function(_, k) return "global " .. k end, __newindex = function(t, k, v) rawset(t, k, v * 2) end}) z = 5 print(z, undefinedthing)
--- long argument lists through pcall
local t = {} for i = 1, 250 do t[i] = i end print(select("#", pcall(function(...) return ... end, unpack(t))))
--- load reads no further than an error
local n = 0 print(load(function() n = n + 1 return "*garbage " end)) print(n)
local function from(list) local i = 0 return function() i = i + 1 return list[i] end, function() return i end end
for _, list in ipairs{{"x = = ", "1"}, {"x = 1 ", "y = ) ", "z = 1"}, {"ret", "urn 1, 'a", "b' "}, {"return [[a", "b]", "]"}, {"--[[ a", "b ]", "] return ", "7"}, {"x = 'a\n", "b'"}, {"if x", " then "}, {"a", "b = ", "1 ", "c = ) "}, {"return 1", "2"}, {"return 1", "", "error"}} do
  local reader, asked = from(list) local f, e = load(reader, "=c") print(f and "compiles" or e, asked())
end
--- load of a reader's failures
print(pcall(load, function() error("hhi") end)) print((select(2, load(function() return {} end)):match("^[^\n]*")))
print(pcall(load, function() error() end)) print(pcall(load, function() error("hhi", 0) end))
print(pcall(load, coroutine.wrap(function() coroutine.yield("x = ") error("late", 0) end)))
print(select("#", load(function() error({}) end)))
