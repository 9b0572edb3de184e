--- counter
local function counter() local n = 0 return function() n = n + 1 return n end end local a, b = counter(), counter() print(a(), a(), b(), a())
--- shared upvalue
local function f() local x = 0 return function() x = x + 1 return x end, function() return x end end local inc, get = f() inc() inc() print(get())
--- loop variables are fresh
local t = {} for i = 1, 3 do t[i] = function() return i end end print(t[1](), t[2](), t[3]())
--- loop variables are fresh in generic for
local t = {} for k, v in pairs({10, 20}) do t[k] = function() v = v + 1 return k, v end end print(t[1]()) print(t[1]()) print(t[2]())
--- while locals are fresh
local t, i = {}, 1 while i <= 3 do local j = i t[i] = function() j = j + 1 return j end i = i + 1 end print(t[1](), t[1](), t[2](), t[3]())
--- repeat sees its locals
local i = 0 repeat local j = i i = i + 1 until j == 3 print(i)
--- closures in repeat
local t, i = {}, 0 repeat local x = i t[#t+1] = function() return x end i = i + 1 until x >= 2 print(t[1](), t[2](), t[3]())
--- break with closures
local t = {} for i = 1, 5 do local x = i * 10 t[i] = function() return x end if i == 3 then break end end print(#t, t[3]())
--- upvalues of upvalues
local function a() local x = 1 return function() local y = 2 return function() x = x + y return x end end end local f = a()() print(f(), f())
--- parameters as upvalues
local function f(a, ...) local n = select("#", ...) return function() a = a + n return a end end local g = f(1, "x", "y") print(g(), g())
--- recursive local function
local function f(n) return n <= 1 and 1 or n * f(n - 1) end local g = f f = nil print(pcall(g, 1), (pcall(g, 3)))
--- local f = function does not see itself
local f = function() return f end print(f())
--- a caught error keeps upvalues
local n = 0 local function inc() n = n + 1 return n end pcall(function() inc() error("x") end) inc() print(n)
--- upvalues of a function that failed
local get local function f() local x = 1 get = function() return x end x = 2 error("e") end pcall(f) print(get())
--- upvalues survive the error of an inner call
local x = 1 local function set(v) x = v end pcall(function() set(2) pcall(error, "a") set(3) error("b") end) print(x)
--- upvalues and coroutines
local x = 0 local co = coroutine.wrap(function() for i = 1, 3 do x = x + i coroutine.yield() end end) co() print(x) x = 10 co() print(x)
--- upvalues shared by coroutines
local function make() local n = 0 return coroutine.wrap(function() while true do n = n + 1 coroutine.yield(n) end end), function() n = n + 100 end end local co, add = make() print(co()) add() print(co())
--- many closures
local t = {} for i = 1, 1000 do t[i] = function(x) i = i + x return i end end local s = 0 for i = 1, 1000 do s = s + t[i](1) end print(s)
--- many upvalues
local a,b,c,d,e,f,g,h,i,j = 1,2,3,4,5,6,7,8,9,10 local function sum() return a+b+c+d+e+f+g+h+i+j end a = 100 print(sum())
--- sixty upvalues
local src = {} for i = 1, 60 do src[#src+1] = "local v" .. i .. "=" .. i end src[#src+1] = "return function() return 0" for i = 1, 60 do src[#src+1] = "+v" .. i end src[#src+1] = " end" print(loadstring(table.concat(src, " "))()())
--- too many upvalues
local src = {} for i = 1, 61 do src[#src+1] = "local v" .. i .. "=" .. i end src[#src+1] = "return function() return 0" for i = 1, 61 do src[#src+1] = "+v" .. i end src[#src+1] = " end" print((loadstring(table.concat(src, " "))))
--- assigning to an upvalue in a nested function
local x = 1 local function f() local function g() x = x * 2 end g() g() end f() print(x)
--- shadowing
local x = 1 do local x = x + 1 do local x = x + 1 print(x) end print(x) end print(x)
--- shadowing by a parameter
local x = 1 local function f(x) x = x + 1 return x end print(f(5), x)
--- do blocks
local f do local hidden = 42 f = function() return hidden end end print(f(), hidden)
--- closures in tables
local obj = (function() local n = 0 return {inc = function() n = n + 1 return n end, get = function() return n end} end)() obj.inc() obj.inc() print(obj.get())
--- memoize
local function memo(f) local c = {} return function(n) local v = c[n] if not v then v = f(n) c[n] = v end return v end end local fib fib = memo(function(n) return n < 2 and n or fib(n-1) + fib(n-2) end) print(fib(50))
--- compose
local function compose(f, g) return function(...) return f(g(...)) end end print(compose(math.sqrt, math.abs)(-16))
--- curry
local function curry(f, a) return function(...) return f(a, ...) end end print(curry(curry(math.max, 3), 7)(5))
--- varargs are no upvalues but can be kept
local function f(...) local t = {...} return function() return unpack(t) end end print(f(1, nil, 3)())
