--- counting
local function f(...) return select("#", ...) end print(f(), f(nil), f(nil, nil), f(1, nil, 3), f(f(), f()))
--- in a table
local function f(...) local t = {...} return #t, t[1], t[2] end print(f(1, 2)) print(f()) print(f("a"))
--- in the middle
local function f(...) return ..., "end" end print(f(1, 2, 3)) print(f())
--- passed on
local function g(...) return ... end local function f(...) return g(...) end print(f(1, 2, 3)) print((f(1, 2)))
--- with fixed parameters
local function f(a, b, ...) return a, b, select("#", ...) end print(f()) print(f(1)) print(f(1, 2, 3, 4))
--- in an assignment
local function f(...) local a, b, c = ... return a, b, c end print(f(1)) print(f(1, 2, 3, 4)) print(f())
--- in a condition
local function f(...) if ... then return "t" else return "f" end end print(f(), f(nil), f(1), f(false, 1))
--- arg
local function f(...) return arg end print(f(1) == nil or type(f(1)))
--- arg is made where ... is not used
function f(...) return type(arg), arg and arg.n end print(f(1, 2))
--- select from varargs
local function f(...) return select(2, ...) end print(f(1, 2, 3)) local function last(...) return (select(select("#", ...), ...)) end print(last(1, 2, "z"))
--- in a method
local o = {} function o:f(...) return self == o, ... end print(o:f(1, 2))
--- main chunk varargs
print(select("#", ...))
--- with nils
local function f(...) local t = {n = select("#", ...), ...} return t.n, t[1], t[3] end print(f(nil, nil, 3))
--- recursion over varargs
local function sum(x, ...) if not x then return 0 end return x + sum(...) end print(sum(1, 2, 3, 4, 5))
--- map
local function map(f, x, ...) if x == nil then return end return f(x), map(f, ...) end print(map(function(x) return x * 2 end, 1, 2, 3))
--- unpack and pack
local function pack(...) return {n = select("#", ...), ...} end local t = pack(1, nil, nil) print(t.n, unpack(t, 1, t.n))
--- string.format of varargs
local function printf(...) print(string.format(...)) end printf("%d-%s", 1, "x")
--- varargs in a closure are an error
print(loadstring("function f(...) return function() return ... end end"))
--- varargs in coroutines
local co = coroutine.wrap(function(...) local a = {...} while true do a = {coroutine.yield(unpack(a))} end end) print(co(1, 2)) print(co(3)) print(co())
--- varargs through pcall
print(pcall(function(...) return select("#", ...), ... end, nil, 2, nil))
--- a hundred varargs
local t = {} for i = 1, 100 do t[i] = i end local function f(...) local s = 0 for i = 1, select("#", ...) do s = s + (select(i, ...)) end return s end print(f(unpack(t)))
--- varargs and parentheses
local function f(...) return (...), (select("#", (...))) end print(f(1, 2, 3))
--- varargs in for
local function f(...) for i, v in ipairs({...}) do io.write(i, v, " ") end print() end f("a", "b")
--- varargs in a table with fields
local function f(...) local t = {x = 1, ..., y = 2} return #t, t.x, t.y end print(f(1, 2, 3))
--- operators on varargs
local function f(...) return ... + 1, #{...}, not ... end print(f(5))
--- arg is nil where dots are used
local function c(...) local x = ... return arg, x end
print(c(1, 2))
print(pcall(function(...) local x = ... error(arg) end, 1, 2))
print((function(...) if arg then return "taken" end return select("#", ...) end)(1))
print((function(a, ...) local t = {...} return a, arg, #t end)(1, 2, 3))
print((function(...) return (function() return arg end)(), ... end)(4))
print((function(arg, ...) return arg, ... end)(4, 5))
print(pcall(function(...) return arg.n, ... end, 4))
--- arg is nil after calls that left values behind
local function leave(...) local a, b, c, d, e = 11, 12, 13, 14, 15 return a + b + c + d + e end
local function c(...) leave(1, 2, 3) return type(arg), ... end
for i = 1, 3 do leave(i, i, i) print(c(i)) end
local co = coroutine.wrap(function(...) leave(7) coroutine.yield(arg, ...) return arg, ... end)
print(co(1)) print(co(2))
local function tail(...) if ... == 0 then return arg, "end" end return tail((...) - 1, arg) end
print(tail(3))
