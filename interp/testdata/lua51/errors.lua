--- error with a string
print(pcall(error, "msg")) print(pcall(function() error("msg") end)) print(pcall(function() error("msg", 0) end)) print(pcall(function() error("msg", 1) end))
--- error level 2
local function f() error("msg", 2) end
print(pcall(function()
f()
end))
--- error level 3
local function f() error("msg", 3) end local function g() f() end
print(pcall(function()
g()
end))
--- error with other values
print(pcall(error, nil)) print(pcall(error, 42)) print(pcall(error, true)) print(pcall(error)) local t = {} print(select(2, pcall(error, t)) == t) print(pcall(function() error() end)) print(pcall(function() error(nil, 2) end))
--- error with a number has no position
print(pcall(function() error(42) end)) print(type(select(2, pcall(function() error(42) end))))
--- error bad level
print(pcall(error, "m", "x"))
--- uncaught error
error("boom")
--- uncaught error without a position
error("boom", 0)
--- uncaught runtime error
local t = nil
print(t.x)
--- uncaught error in a function
local function f() local x = 1 + nil end
f()
--- uncaught table
error({})
--- uncaught object with tostring
error(setmetatable({}, {__tostring = function() return "custom" end}))
--- uncaught nil
error(nil)
--- output before an error
io.write("partial") error("x")
--- pcall
print(pcall(function(...) return ... end, 1, 2)) print(pcall(function() end)) print(pcall(pcall, error, "x")) print(pcall(pcall)) print(pcall()) 
--- pcall of what is no function
print(pcall(nil)) print(pcall(5)) print(pcall({})) print(pcall("x"))
--- nested pcall
print(pcall(function() local ok, e = pcall(error, "in") error("out " .. e, 0) end))
--- xpcall
print(xpcall(function() return 1, 2 end, print)) print(xpcall(function() error("m", 0) end, function(e) return "handled " .. e end)) print(xpcall(function() error({1}) end, function(e) return e[1] end))
--- xpcall handler fails
print(xpcall(function() error("a", 0) end, function() error("b", 0) end))
--- xpcall with arguments is beyond 5.1
print(xpcall(function(...) return select("#", ...) end, print))
--- xpcall handler sees the stack
local function deep() error("x") end print((xpcall(deep, function(e) return (debug.traceback(e):find("deep")) ~= nil end))) print(select(2, xpcall(deep, function(e) return (debug.traceback(e):find("deep")) ~= nil end)))
--- xpcall bad
print(pcall(xpcall)) print(pcall(xpcall, print)) print(xpcall(nil, function(e) return e end))
--- index errors
print(pcall(function() local x x.y = 1 end)) print(pcall(function() local x = 5 return x.y.z end)) print(pcall(function() undefinedglobal.x = 1 end)) print(pcall(function() return undefinedglobal.x end)) print(pcall(function() local t = {} return t.a.b end)) print(pcall(function() local t = {} t.a.b = 1 end)) print(pcall(function() return (true).x end))
--- index errors of upvalues
local up print(pcall(function() return up.x end)) print(pcall(function() up.x = 1 end)) print(pcall(function() return up[1] end))
--- index with a computed key
print(pcall(function() local t, k = {}, "k" return t[k].x end)) print(pcall(function() local t = {} return t[1][2] end)) print(pcall(function() local t = {} return t["a b"].c end))
--- length errors
print(pcall(function() return #nil end)) print(pcall(function() local x return #x end)) print(pcall(function() return #undefinedglobal end)) print(pcall(function() local t = {} return #t.x end))
--- arithmetic on fields
print(pcall(function() local t = {} return t.x + 1 end)) print(pcall(function() local t = {} return 1 + t.x end)) print(pcall(function() local a, b = 1 return a + b end)) print(pcall(function() local a, b = {}, 1 return a + b end)) print(pcall(function() return undefinedglobal * 2 end))
--- concatenation of fields
print(pcall(function() local t = {} return "a" .. t.x end)) print(pcall(function() local x return x .. "a" end)) print(pcall(function() return "a" .. {} end)) print(pcall(function() return undefinedglobal .. "x" end)) print(pcall(function() local a, b = "x" return a .. b .. "y" end))
--- comparison errors
print(pcall(function() return 1 < "x" end)) print(pcall(function() return {} < {} end)) print(pcall(function() return nil > 1 end)) print(pcall(function() return print < print end)) print(pcall(function() return {} <= {} end)) print(pcall(function() return "a" >= 1 end))
--- lines of errors
print(pcall(function()
local a = 1
local b = nil
return a
+ b
end))
--- lines of errors in calls
print(pcall(function()
local t = {}
t.f(
1,
2)
end))
--- lines in arguments
print(pcall(function()
print(
1,
nil + 1)
end))
--- errors in metamethods
print(pcall(function() return setmetatable({}, {__index = function(_, k) error("no " .. k, 0) end}).foo end)) print(pcall(function() return setmetatable({}, {__add = function() error("add", 0) end}) + 1 end))
--- errors in iterators
print(pcall(function() for x in function() error("iter", 0) end do end end))
--- errors in coroutines
local co = coroutine.create(function() error("in co") end) print(coroutine.resume(co)) print(coroutine.status(co)) print(coroutine.resume(co))
--- error objects keep identity
local e = setmetatable({code = 7}, {__index = {kind = "k"}}) local ok, x = pcall(error, e) print(x == e, x.code, x.kind)
--- rethrow
local ok, e = pcall(function() local ok, e = pcall(error, "first", 0) error(e, 0) end) print(e)
--- error in a chunk
print(pcall(loadstring("error('x')"))) print(pcall(loadstring("error('x')", "=chunk"))) print(pcall(loadstring("\nerror('x')", "@f.lua")))
--- error with level in a chunk
print(pcall(loadstring("local function f() error('x', 2) end f()", "=c")))
--- pcall returns all values
print(select("#", pcall(function() return nil, nil end))) print(pcall(function() return 1, nil end))
--- pcall keeps the stack level
local function f(n) if n == 0 then error("deep", 0) end f(n - 1) end for i = 1, 10 do local ok, e = pcall(f, 100) assert(e == "deep") end print("ok")
--- pcall in a loop
local n = 0 for i = 1, 1000 do if not pcall(error, i) then n = n + 1 end end print(n)
--- bad argument texts
print(pcall(string.rep)) print(pcall(string.rep, "x", {})) print(pcall(setmetatable, 1)) print(pcall(ipairs)) print(pcall(math.floor, "x")) print(pcall(string.char, -1))
--- bad argument with names
print(pcall(function() string.rep() end)) print(pcall(function() local s = "x" s:rep() end)) print(pcall(function() ("x"):rep({}) end)) print(pcall(function() math.floor({}) end)) print(pcall(function() io.write({}) end))
--- bad argument through locals
print(pcall(function() local f = string.rep f() end)) print(pcall(function() local t = {g = string.rep} t.g() end))
--- bad self
print(pcall(function() local t = setmetatable({}, {__index = string}) t:len() end)) print(pcall(function() io.stdout.write() end)) print(pcall(function() io.stdout.write({}, "x") end))
--- stack overflow message
local function f() f() end local ok, e = pcall(f) print(ok, type(e), (e:find("stack overflow")) ~= nil, e:sub(1, 8))
--- stack overflow in a metamethod
local t = setmetatable({}, {}) getmetatable(t).__index = function(t, k) return t[k] end local ok, e = pcall(function() return t.x end) print(ok)
--- after a stack overflow all works
local function f() return 1 + f() end pcall(f) print(pcall(function() return 5 end)) print(#("x"):rep(10))
--- error in tostring
print(pcall(tostring, setmetatable({}, {__tostring = function() error("ts", 0) end})))
--- error in gsub, sort and foreach
print(pcall(string.gsub, "a", "a", function() error("g", 0) end)) print(pcall(table.sort, {2, 1}, function() error("s", 0) end)) print(pcall(table.foreach, {1}, function() error("f", 0) end))
--- error names a method
print(pcall(function() local o = {} o:go() end)) print(pcall(function() local o = {x = {}} o.x:go() end)) print(pcall(function() ("s"):go() end)) print(pcall(function() undefinedglobal:go() end))
--- error in a tail call
local function f() return nil + 1 end local function g() return f() end print(pcall(g))
--- call of a result
print(pcall(function() local function f() return 5 end f()() end)) print(pcall(function() local function f() end f().x() end))
--- error position of a long function
print(pcall(function()


error("here")
end))
--- error in a for loop header
print(pcall(function()
for i = 1,
nil do end
end))
--- a for loop over nil behind a break and an assignment of three
t1 = {}
local b
do
  local n = 0
  repeat
    b, t1[1], b = nil, b, nil
    n = n + 1
    if n > 1 then break end
  until #tostring(1) + 1 < #tostring(2)
end
for b in b do end
--- error with a level beyond the stack
print(pcall(error, "x", 50)) print(pcall(function() error("x", 50) end))
--- error message that looks like a position
print(pcall(error, "t.lua:1: x", 0)) print(pcall(function() error("a:1: b") end))
--- tracebacks
print(type(debug.traceback()), debug.traceback("msg"):match("^msg\nstack traceback:\n") ~= nil, debug.traceback({}) ~= nil, debug.traceback(nil) == nil or type(debug.traceback(nil)))
--- no hooks
print(debug.gethook()) print(debug.sethook()) print(debug.sethook(nil)) print(debug.gethook())
--- assert puts the position before its message
print(pcall(function() assert(false, "m") end))
print(pcall(function() assert(nil, 42) end))
print(pcall(function() assert(false) end), pcall(function() assert(false, nil) end))
print(pcall(function() return assert(false, "tail") end))
print(pcall(assert, false, "p"))
print(pcall(function() assert(io.open("/nonexistent")) end))
print(pcall(function() assert(false, "") end))
print(pcall(function() assert(false, "a", "b") end))
print(pcall(function() assert(false, "%s %d") end))
print(xpcall(function() assert(1 == 2, "x") end, function(m) return "<" .. m .. ">" end))
local co = coroutine.create(function() assert(false, "in a coroutine") end) print(coroutine.resume(co))
assert(false, "at the end")
