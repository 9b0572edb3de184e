--- a level of C beneath the main chunk
local function f() return getfenv(3) == _G, pcall(getfenv, 5), debug.getinfo(3, "S").what, debug.getinfo(4) end
print(f())
for i = 1, 4 do local t = debug.getinfo(i, "Snlf") print(i, t and t.what, t and t.short_src, t and t.source, t and t.currentline, t and t.namewhat, t and t.name, t and type(t.func)) end
print(debug.traceback("x"))
print(pcall(error, "m", 2)) print(pcall(error, "m", 3)) print(pcall(error, "m", 4))
print(pcall(setfenv, 4, {})) print(pcall(debug.getlocal, 3, 1), pcall(debug.getlocal, 4, 1))
--- beneath a main chunk that a tail call has replaced
local function f() print(debug.traceback("x")) for i = 1, 4 do local t = debug.getinfo(i, "S") print(i, t and t.what, t and t.short_src) end end
return f()
--- nothing beneath a coroutine
print((coroutine.wrap(function() return debug.traceback("co"), debug.getinfo(1) ~= nil, debug.getinfo(2), pcall(getfenv, 3) end)()))
local co = coroutine.create(loadstring("coroutine.yield() print(debug.traceback('chunk'))", "=chunk")) coroutine.resume(co) print(debug.traceback(co)) coroutine.resume(co)
--- the source of a chunk
for _, n in ipairs{"=name", "@file.lua", "name", "return 1", "=", "@", "", "two\nlines", "\n"} do
  local t = loadstring("return debug.getinfo(1, 'S')", n)()
  print(("%q"):format(t.source), ("%q"):format(t.short_src))
end
local s = "return debug.getinfo(1, 'S').source, (function() return debug.getinfo(1, 'S').source end)()"
local a, b = loadstring(s)() print(a == s, b == s)
print(debug.getinfo(load(function() end)).source, debug.getinfo(print).source, debug.getinfo(1).source, debug.getinfo(print).short_src, debug.getinfo(print).what)
--- functions of debug that are there
for _, n in ipairs{"debug", "setlocal", "getregistry", "sethook", "gethook"} do print(n, type(debug[n])) end
--- environments of threads
local a = {a = 15}
local co = coroutine.create(function() coroutine.yield(getfenv(0)) return getfenv(0), loadstring("return a")() end)
print(debug.getfenv(co) == _G, debug.setfenv(co, a) == co, debug.getfenv(co) == a) print(select(2, coroutine.resume(co)) == a)
debug.setfenv(co, {a = 7}) print(select(3, coroutine.resume(co)))
--- a coroutine inherits its environment
local co = coroutine.create(function() setfenv(0, {}) local inner = coroutine.create(function() return getfenv(0) end) return getfenv(0), coroutine.resume(inner) end)
local _, mine, _, inners = coroutine.resume(co) print(mine == inners, mine == _G)
setfenv(0, {x = 1}) io.write(select(2, coroutine.resume(coroutine.create(function() return getfenv(0).x end))), " ", loadstring("return x")(), "\n")
--- environments of other values
local a = {}
print(debug.setfenv(newproxy(), a) ~= nil, debug.getfenv(newproxy()) == _G, debug.getfenv(debug.setfenv(newproxy(), a)) == a)
print(pcall(debug.setfenv, 5, {})) print(pcall(debug.setfenv, print)) print(debug.getfenv(5), debug.getfenv(print) == _G) print(pcall(setfenv, print, {}))
--- the finalizer of a file
local gc = getmetatable(io.stdout).__gc
print(type(gc), pcall(gc, io.stdout), io.type(io.stdout)) print(pcall(gc)) print(pcall(gc, 5))
local f = io.tmpfile() gc(f) print(io.type(f), tostring(f)) gc(f) print(pcall(f.write, f, "x"))
