local function show(...) local t = {...} for i = 1, select("#", ...) do t[i] = tostring(t[i]):gsub("0x%x+", "PTR") end print(table.concat(t, " | ")) end
show(pcall(error)) show(pcall(error, nil)) show(pcall(error, 5)) show(pcall(error, "m", 0)) show(pcall(error, "m")) show(pcall(error, "m", 2)) show(pcall(error, "m", 3))
show(pcall(function() error("m") end)) show(pcall(function() error("m", 2) end)) show(pcall(function() error(7) end))
local function f(l) error("lvl", l) end
local function g(l) f(l) end
for l = 0, 6 do show(l, pcall(g, l)) show(l, pcall(function() g(l) end)) end
local function tc(l) return f(l) end
for l = 0, 4 do show(l, pcall(function() local x = tc(l) return x end)) end
show(pcall(function() pcall() end))
show(pcall(pcall)) show(pcall(pcall, error)) show(pcall(nil)) show(pcall({})) show(pcall(5, 1))
show(pcall(xpcall)) show(pcall(xpcall, 1))
show(xpcall(function() return 1, 2 end, print))
show(xpcall(function() error("a", 0) end, function(m) return m .. "!" end))
show(xpcall(function() error("a", 0) end, function(m) return end))
show(xpcall(function() error("a", 0) end, function(m) return 1, 2 end))
show(xpcall(function() error("a", 0) end, function(m) error("b", 0) end))
show(xpcall(function() error() end, function(m) return m == nil end))
show(xpcall(function() error({}) end, function(m) return m .. "x" end))
show(xpcall(nil, function(m) return "H:" .. m end))
show(xpcall(function() local x = nil; x() end, function(m) return "H:" .. m end))
show(xpcall(function() local x = nil; x() end, nil))
show(xpcall(function() local x = nil; return #x end, 5))
local up
show(xpcall(function() local a, b, c = 1, 2, 3 up = function() return a, b, c end undefined() end, function(m) local p, q, r, s, t = 9, 9, 9, 9, 9 return m end))
show(up())
local function lvl3() error("deep") end
local function lvl2() lvl3() end
function lvl1() lvl2() end
show(xpcall(lvl1, debug.traceback))
show(xpcall(lvl1, function(m) return debug.traceback("X:" .. m, 2) end))
show(xpcall(function() local t = {} t.x.y = 1 end, debug.traceback))
show(debug.traceback("hi")) show(debug.traceback("hi", 0)) show(debug.traceback()) show(debug.traceback(nil)) show(debug.traceback({}) ~= nil)
local co = coroutine.create(function(a) local function inner() coroutine.yield(1) end inner() error("oops") end)
coroutine.resume(co, 1)
show(debug.traceback(co)) show(debug.traceback(co, "msg")) show(debug.traceback(co, "msg", 1)) show(debug.traceback(co, nil))
show(coroutine.resume(co)) show(debug.traceback(co))
local function rec(n) if n == 0 then return debug.traceback() end local s = rec(n - 1) return s end
for _, n in ipairs{5, 18, 19, 20, 21, 22, 23, 40} do show(coroutine.wrap(function() return (rec(n)) end)()) end
local function tail(n) if n == 0 then return debug.traceback("t") end return tail(n - 1) end
show(tail(3))
local t = {} function t.field() show(debug.traceback("in field")) end function t:method() show(debug.traceback("in method")) end t.field() t:method()
show(pcall(function() for _ in function() show(debug.traceback("iter")) end do end end))
setmetatable(t, {__index = function(t, k) show(debug.traceback("idx")) return 1 end}) local _ = t.zzz
local function info(f, w) local i = debug.getinfo(f, w) if not i then return "nil" end local ks = {} for k, v in pairs(i) do ks[#ks + 1] = k .. "=" .. (type(v) == "function" and "function" or type(v) == "table" and "table" or tostring(v)) end table.sort(ks) return table.concat(ks, ",") end
show(info(print)) show(info(rec)) show(info(1)) show(info(2)) show(info(0)) show(info(50)) show(info(info, "S")) show(info(1, "l")) show(info(1, "n")) show(pcall(debug.getinfo, 1, "X")) show(pcall(debug.getinfo, "x"))
local function named() return debug.getinfo(1, "n").name, debug.getinfo(1, "n").namewhat, debug.getinfo(2, "l").currentline end
local r = {named()} show(unpack(r))
local a1, b1 = 5, nil
show(debug.getlocal(1, 1)) 
show((debug.getlocal(1, 200)))
show(debug.getupvalue(g, 1)) show(debug.getupvalue(g, 2)) show(debug.getupvalue(print, 1)) 
local cnt = 1 local function getc() return cnt end show(debug.setupvalue(getc, 1, 42)) show(getc(), cnt)
show(debug.getmetatable("").__index == string) show(debug.getmetatable(5)) 
-- environments
local env = {show = show, print = print}
local function e() return x end
show(setfenv(e, {x = 7}) == e, e()) show(getfenv(e).x, getfenv(print) == _G, getfenv() == _G, getfenv(1) == _G, getfenv(0) == _G)
local function own() setfenv(1, {y = 3}) return y end show(own())
show(pcall(setfenv, print, {})) show(pcall(setfenv, 50, {})) show(pcall(getfenv, 50)) show(pcall(getfenv, -1)) show(pcall(setfenv, 1)) show(pcall(setfenv, "x", {}))
local function mk() return function() return z end end local h = setfenv(mk, {z = 1})() show(h())
show(pcall(function() setfenv(2, {}) end))
