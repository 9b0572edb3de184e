--- arithmetic
local mt = {} for _, op in ipairs{"add", "sub", "mul", "div", "mod", "pow"} do mt["__" .. op] = function(a, b) return op .. (type(a) == "table" and "T" or a) .. (type(b) == "table" and "T" or b) end end mt.__unm = function(a) return "unm" end local t = setmetatable({}, mt)
print(t + 1, 1 + t, t - 2, 2 * t, t / t, 5 % t, t ^ 2, -t, "10" + t, t + "x")
--- unm gets its operand twice
print((function() local n local t = setmetatable({}, {__unm = function(...) n = select("#", ...) return 1 end}) local _ = -t return n end)())
--- the left operand decides
local a = setmetatable({}, {__add = function() return "a" end}) local b = setmetatable({}, {__add = function() return "b" end}) print(a + b, b + a, 1 + b, a + 1)
--- results are adjusted to one
local t = setmetatable({}, {__add = function() return 1, 2 end, __index = function() return 3, 4 end, __concat = function() end, __call = function() return 5, 6 end}) print(t + t) print(t.x) print(t .. "x") print(t())
--- concat
local mt = {__concat = function(a, b) return "(" .. (type(a) == "table" and "T" or a) .. "," .. (type(b) == "table" and "T" or b) .. ")" end} local t = setmetatable({}, mt) print(t .. "a", "a" .. t, 1 .. t, t .. t, "a" .. "b" .. t .. "c" .. "d")
--- eq
local mt = {__eq = function(a, b) return a.v == b.v end} local a, b, c = setmetatable({v = 1}, mt), setmetatable({v = 1}, mt), setmetatable({v = 2}, mt) print(a == b, a == c, a ~= b, a ~= c, a == 1, rawequal(a, b))
--- eq needs the same metamethod
local a = setmetatable({}, {__eq = function() return true end}) local b = setmetatable({}, {__eq = function() return true end}) print(a == b, a == {}) local f = function() return true end print(setmetatable({}, {__eq = f}) == setmetatable({}, {__eq = f}))
--- eq is not called for the same object
local n = 0 local t = setmetatable({}, {__eq = function() n = n + 1 return false end}) print(t == t, n)
--- eq gives a boolean
local mt = {__eq = function() return 1 end} print(setmetatable({}, mt) == setmetatable({}, mt)) mt.__eq = function() return nil end print(setmetatable({}, mt) == setmetatable({}, mt))
--- lt and le
local mt = {__lt = function(a, b) return a.v < b.v end, __le = function(a, b) return a.v <= b.v end} local function T(v) return setmetatable({v = v}, mt) end print(T(1) < T(2), T(2) < T(1), T(1) <= T(1), T(2) <= T(1), T(1) > T(2), T(2) >= T(2))
--- le falls back to lt
local mt = {__lt = function(a, b) return a.v < b.v end} local function T(v) return setmetatable({v = v}, mt) end print(T(1) <= T(2), T(2) <= T(1), T(1) <= T(1), T(1) >= T(2))
--- lt needs the same metamethod
local a = setmetatable({}, {__lt = function() return true end}) local b = setmetatable({}, {__lt = function() return true end}) print(pcall(function() return a < b end)) print(pcall(function() return a < 1 end))
--- index function
local t = setmetatable({x = 1}, {__index = function(t, k) return k .. "!" end}) print(t.x, t.y, t[5], t[true] == nil or "err")
--- index table
local base = {a = 1, b = 2} local t = setmetatable({a = 10}, {__index = base}) print(t.a, t.b, t.c, rawget(t, "b"))
--- index chain
local a = {x = "a"} local b = setmetatable({y = "b"}, {__index = a}) local c = setmetatable({}, {__index = b}) print(c.x, c.y, c.z)
--- index chain ends in a function
local a = setmetatable({}, {__index = function(t, k) return "f" .. k end}) local b = setmetatable({}, {__index = a}) print(b.q)
--- index on a non-table
local t = setmetatable({}, {__index = "abc"}) print(t.len ~= nil, t.nothing, pcall(function() return setmetatable({}, {__index = 5}).x end))
--- index loop
local t = {} setmetatable(t, {__index = t}) print(pcall(function() return t.x end))
--- index with a nil result
local t = setmetatable({}, {__index = function() end}) print(t.x, t[1])
--- newindex function
local log = {} local t = setmetatable({old = 1}, {__newindex = function(t, k, v) rawset(t, k, v * 2) end}) t.x = 5 t.old = 2 t.x = 7 print(t.x, t.old)
--- newindex table
local store = {} local t = setmetatable({}, {__newindex = store}) t.x = 1 print(rawget(t, "x"), store.x)
--- newindex chain
local a = {} local b = setmetatable({}, {__newindex = a}) local c = setmetatable({}, {__newindex = b}) c.x = 1 print(rawget(c, "x"), rawget(b, "x"), a.x)
--- newindex loop
local t = {} setmetatable(t, {__newindex = t}) print(pcall(function() t.x = 1 end))
--- newindex with a nil key
local t = setmetatable({}, {__newindex = function(t, k, v) rawset(t, "got", tostring(k)) end}) t[nil] = 1 print(t.got)
--- call
local t = setmetatable({}, {__call = function(self, ...) return select("#", ...), ... end}) print(t()) print(t(1, nil)) print(pcall(t, 2))
--- call on what has none
print(pcall(function() local t = {} t() end)) print(pcall(function() local t = setmetatable({}, {}) t() end)) print(pcall(function() local t = setmetatable({}, {__call = 5}) t() end))
--- len is not for tables in 5.1
print(#setmetatable({1, 2}, {__len = function() return 10 end}))
--- metatable field
local t = setmetatable({}, {__metatable = "no"}) print(getmetatable(t), pcall(setmetatable, t, {})) print(getmetatable(setmetatable({}, {__metatable = false})))
--- tostring
print(tostring(setmetatable({}, {__tostring = function(t) return "<" .. type(t) .. ">" end})), #tostring(setmetatable({}, {})) > 7)
--- metamethods are raw
local mt = setmetatable({}, {__index = {__add = function() return "inherited" end}}) print(pcall(function() return setmetatable({}, mt) + 1 end))
--- metatables of strings
local mt = getmetatable("") mt.__add = function(a, b) return "added" end print(pcall(function() return "a" + "b" end)) print("1" + "2") mt.__add = nil
--- metatables of strings: call
getmetatable("").__call = function(s, x) return s .. x end print(("a")("b")) getmetatable("").__call = nil
--- metatables of strings: index function
getmetatable("").__index = function(s, k) if type(k) == "number" then return s:sub(k, k) end return string[k] end local sub = string.sub print(pcall(function() return ("abc")[2] end)) getmetatable("").__index = string
--- classes
local A = {} A.__index = A function A.new(x) return setmetatable({x = x}, A) end function A:get() return self.x end local B = setmetatable({}, {__index = A}) B.__index = B function B.new(x) local o = A.new(x) return setmetatable(o, B) end function B:double() return self:get() * 2 end print(B.new(21):double(), A.new(1).double)
--- operators on mixed operands
local mt = {__add = function(a, b) return (type(a) == "number" and a or a.v) + (type(b) == "number" and b or b.v) end} local t = setmetatable({v = 5}, mt) print(t + 1, 2 + t, t + t)
--- vectors
local V = {} V.__index = V V.__add = function(a, b) return setmetatable({a[1] + b[1], a[2] + b[2]}, V) end V.__mul = function(a, b) if type(a) == "number" then return setmetatable({a * b[1], a * b[2]}, V) end return a[1] * b[1] + a[2] * b[2] end V.__eq = function(a, b) return a[1] == b[1] and a[2] == b[2] end V.__tostring = function(v) return "(" .. v[1] .. "," .. v[2] .. ")" end local v = setmetatable({1, 2}, V) print(tostring(v + v), v * v, tostring(2 * v), v + v == 2 * v)
--- read-only tables
local function ro(t) return setmetatable({}, {__index = t, __newindex = function() error("read-only", 2) end}) end local t = ro{1} print(t[1], pcall(function() t[2] = 1 end))
--- defaults
local d = setmetatable({}, {__index = function(t, k) local v = {} rawset(t, k, v) return v end}) d.a.x = 1 print(d.a.x, rawget(d, "b"))
--- rawequal avoids eq
local mt = {__eq = function() return true end} print(rawequal(setmetatable({}, mt), setmetatable({}, mt)))
--- metamethods of functions and nil via debug
debug.setmetatable(nil, {__index = function() return "nilidx" end}) local x print(x.y) debug.setmetatable(nil, nil) print(pcall(function() return x.y end))
--- metamethods of numbers
debug.setmetatable(1, {__index = math, __call = function(n, x) return n * x end}) print((4):sqrt(), (5)(6)) debug.setmetatable(1, nil)
--- metamethods of booleans
debug.setmetatable(true, {__add = function(a, b) return "bool" end}) print(true + 1, false + true) debug.setmetatable(true, nil)
--- metamethods of functions
debug.setmetatable(print, {__index = {name = "fn"}, __concat = function(a, b) return "cat" end}) print(print.name, print .. "x") debug.setmetatable(print, nil)
--- index in a method call
local t = setmetatable({}, {__index = function(_, k) return function(self, x) return k .. x end end}) print(t:foo(1), t.bar(t, 2))
--- errors name events
print(pcall(function() return {} + {} end)) print(pcall(function() return {} .. {} end)) print(pcall(function() return -{} end)) print(pcall(function() return {} < {} end)) print(pcall(function() return {} ^ 2 end))
--- changing a metatable
local t = setmetatable({}, {__index = {x = 1}}) print(t.x) setmetatable(t, {__index = {x = 2}}) print(t.x) setmetatable(t, nil) print(t.x)
--- adding a metamethod later
local mt = {} local t = setmetatable({}, mt) print(pcall(function() return t + 1 end)) mt.__add = function() return "now" end print(t + 1) mt.__index = function() return "i" end print(t.x) mt.__index = nil print(t.x)
--- lt on strings is not overridden
getmetatable("").__lt = function() return true end print("b" < "a") getmetatable("").__lt = nil
--- a global that a metatable makes
setmetatable(_G, {__index = function(_, k) return k:upper() end}) print(foo, bar) setmetatable(_G, nil) print(foo)
--- newindex on an existing nil
local n = 0 local t = setmetatable({}, {__newindex = function(t, k, v) n = n + 1 rawset(t, k, v) end}) t.x = 1 t.x = nil t.x = 2 print(n, t.x)
--- index of an array
local t = setmetatable({1, 2}, {__index = function(t, i) return i * 100 end}) print(t[1], t[2], t[3], #t)
--- __mode and __gc are accepted
local t = setmetatable({}, {__mode = "k", __gc = function() end}) t[{}] = 1 print(type(t))
