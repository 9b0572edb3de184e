---@meta lull.lua51
-- Lua's own library: the functions that are as Lua 5.1's manual has them. Those that differ, or wait, are in lua.lua. Asking for a name
-- finds these too; lists, `lull check` and editors, which know Lua themselves, leave them out.

-- The globals: section 5.1 of the manual.

---Returns its arguments if `v` is neither false nor nil. Else it raises `message`: a string or number as text, as in LuaJIT anything else as it is, and `assertion failed!` without one.
---
---```lua
---print(pcall(assert, nil, "no file")) --> false	no file
---```
---@param v any
---@param message? any
---@param ... any returned as well
---@return any ...
function assert(v, message, ...) end

---Does what `what` says: `"collect"` collects garbage and returns 0, `"count"` returns the memory in use in KB, of the whole process, `"step"` collects and returns true. `"stop"`, `"restart"`, `"setpause"` and `"setstepmul"` are taken, and have no effect: the memory is Go's. Raises an error for anything else.
---
---```lua
---print(collectgarbage("count") > 0) --> true
---```
---@param what? string `"collect"` if left out
---@param arg? number of `setpause` and `setstepmul`
---@return number|boolean
function collectgarbage(what, arg) end

---Raises `message`, any value, as an error; it never returns. A message that is a string gets its place before it, as `job.lua:3: `.
---
---```lua
---local ok, err = pcall(error, { code = 7 })
---print(ok, err.code) --> false	7
---```
---@param message any
---@param level? integer whose place: 1, if left out, is the function that calls `error`, 2 its caller, and so on; 0 is none
function error(message, level) end

---The memory in use in KB, of the whole process: an old name of `collectgarbage("count")`.
---
---```lua
---print(gcinfo() > 0) --> true
---```
---@return number
function gcinfo() end

---The table of globals that a function uses. For a builtin, and for the level 0, it is that of the running thread. Raises an error if there is no such level.
---
---```lua
---print(getfenv(1) == _G) --> true
---```
---@param f? function|integer a function, or a level of the stack: 1, if left out, is the function that calls `getfenv`
---@return table env
function getfenv(f) end

---The metatable of `v`, or the field `__metatable` of it where it has one; nil if there is none.
---
---```lua
---print(getmetatable("").__index == string) --> true
---```
---@param v any
---@return any metatable
function getmetatable(v) end

---For a loop over a list: `for i, v in ipairs(t)` goes from `t[1]` to the last before a nil. Raises an error if `t` is no table.
---
---```lua
---for i, v in ipairs({ "a", "b" }) do print(i, v) end --> 1	a
--- --> 2	b
---```
---@param t table
---@return function step
---@return table t
---@return integer from 0
function ipairs(t) end

---Compiles a string, and returns it as a function, or nil and what is wrong with it. Binary chunks are refused, but for what `string.dump` of this runtime has made.
---
---```lua
---print(loadstring("return 1 + 1")()) --> 2
---```
---@param source string
---@param name? string for messages; the source itself if left out
---@return function? f
---@return string? message
function loadstring(source, name) end

---Makes a table a module of that name: a global, known to `require`, and from now on the globals of the chunk that calls it. The old way to write a module; a chunk that returns a table is the plain one. Raises an error if the name is taken by something that is no table.
---
---```lua
---local function chunk()
---  module("shapes", package.seeall)
---  function area(w, h) return w * h end
---end
---chunk()
---print(shapes.area(2, 3)) --> 6
---```
---@param name string
---@param ... function called with the table, such as `package.seeall`
function module(name, ...) end

---An empty userdata, which has metamethods only by its metatable. It is in Lua 5.1, and not in its manual.
---
---```lua
---print(type(newproxy())) --> userdata
---```
---@param metatable? boolean|userdata `true` makes a metatable for it; another proxy lends its own
---@return userdata proxy
function newproxy(metatable) end

---The key that follows `key` in a table, and its value; nil behind the last. A field that is there may be changed or cleared meanwhile. Raises an error if `key` is not in the table.
---
---```lua
---print(next({}), next({ "a" })) --> nil	1	a
---```
---@param t table
---@param key? any the first key follows nil
---@return any key
---@return any value
function next(t, key) end

---For a loop over all of a table: `for k, v in pairs(t)`. Unlike in Lua 5.1 the order is fixed: the list first, then the other keys as they were added. Raises an error if `t` is no table.
---
---```lua
---for k, v in pairs({ "a", x = 1 }) do print(k, v) end --> 1	a
--- --> x	1
---```
---@param t table
---@return function next
---@return table t
---@return nil
function pairs(t) end

---Whether two values are the same, without asking `__eq`.
---
---```lua
---print(rawequal("a", "a"), rawequal({}, {})) --> true	false
---```
---@param a any
---@param b any
---@return boolean
function rawequal(a, b) end

---`t[key]`, without asking `__index`.
---
---```lua
---print(rawget({ x = 1 }, "x")) --> 1
---```
---@param t table
---@param key any
---@return any value
function rawget(t, key) end

---Sets `t[key]`, without asking `__newindex`, and returns the table. Raises an error for the keys nil and nan.
---
---```lua
---print(rawset({}, "x", 1).x) --> 1
---```
---@param t table
---@param key any
---@param value any
---@return table t
function rawset(t, key, value) end

---The arguments from the `n`th on, or with `"#"` how many there are. Raises an error if `n` is 0, or further back than the first.
---
---```lua
---print(select(2, "a", "b", "c")) --> b	c
---print(select("#", nil, nil), (select(-1, "a", "b"))) --> 2	b
---```
---@param n integer|string below 0 it counts from the end
---@param ... any
---@return any ...
function select(n, ...) end

---Gives a function another table of globals, and returns the function. Raises an error for a builtin.
---
---```lua
---local f = setfenv(function() return x end, { x = 1 })
---print(f()) --> 1
---```
---@param f function|integer a function, or a level of the stack: 1 is the function that calls `setfenv`, 0 the running thread
---@param env table
---@return function? f
function setfenv(f, env) end

---Gives a table another metatable, or with nil none, and returns the table. Raises an error if the present one has the field `__metatable`. `__gc` and `__mode` have no effect.
---
---```lua
---local t = setmetatable({}, { __index = function(_, k) return k .. "!" end })
---print(t.hey) --> hey!
---```
---@param t table
---@param metatable table|nil
---@return table t
function setmetatable(t, metatable) end

---The number that a string spells, or nil if it spells none; a number is returned as it is. `0x` begins a number in base 16. Raises an error for a base out of range.
---
---```lua
---print(tonumber("0x10"), tonumber("ff", 16), tonumber("ten")) --> 16	255	nil
---```
---@param v any
---@param base? integer from 2 to 36; 10 if left out. With another, `v` is a whole number in letters and digits
---@return number? n
function tonumber(v, base) end

---The type of `v`: `"nil"`, `"number"`, `"string"`, `"boolean"`, `"table"`, `"function"`, `"thread"` or `"userdata"`. Raises an error without an argument.
---
---```lua
---print(type(1), type({}), type(nil)) --> number	table	nil
---```
---@param v any
---@return string
function type(v) end

---The values `list[from]` to `list[to]`. Raises an error if there are too many.
---
---```lua
---print(unpack({ 1, 2, 3 })) --> 1	2	3
---```
---@param list table
---@param from? integer 1 if left out
---@param to? integer `#list` if left out
---@return any ...
function unpack(list, from, to) end

-- Strings: section 5.4 of the manual. Patterns are its section 5.4.1. A text has these as methods: `s:upper()`.
-- A position counts bytes from 1; one below 0 counts from the end.

---The bytes of `s` from `from` to `to` as numbers; nothing for those that are not there.
---
---```lua
---print(("Lua"):byte(1, -1)) --> 76	117	97
---```
---@param s string
---@param from? integer 1 if left out
---@param to? integer `from` if left out
---@return integer ...
function string.byte(s, from, to) end

---A string of these bytes. Raises an error for a number that is no byte.
---
---```lua
---print(string.char(76, 117, 97)) --> Lua
---```
---@param ... integer from 0 to 255
---@return string
function string.char(...) end

---Finds the first match of `pattern` in `s`, and returns the positions of its first and its last byte, then its captures; nil if there is none. Raises an error for a malformed pattern.
---
---```lua
---print(("key = value"):find("(%w+) = (%w+)")) --> 1	11	key	value
---print(("1+1"):find("+", 1, true)) --> 2	2
---```
---@param s string
---@param pattern string
---@param init? integer where to begin; 1 if left out
---@param plain? boolean `true` takes `pattern` as plain text
---@return integer? from
---@return integer? to
---@return any ... the captures
function string.find(s, pattern, init, plain) end

---The text of `format`, in which each directive stands for the next argument, as in C's printf: `%d` and `%i` a whole number, `%5.2f`, `%e` and `%g` any number, `%x`, `%X`, `%o` and `%u`, `%c` a byte, `%s` any value as `tostring` has it, `%q` a string as Lua's source has it, `%%` a percent sign. Raises an error for an unknown directive, and an argument that is missing or of another type.
---
---```lua
---print(("%s: %5.2f, %03d, %x"):format("pi", math.pi, 7, 255)) --> pi:  3.14, 007, ff
---```
---@param format string
---@param ... any
---@return string
function string.format(format, ...) end

---For a loop over all matches: `for a, b in s:gmatch(pattern)` gets the captures of each, or the whole match if there are none. A `^` at the beginning matches itself. Raises an error for a malformed pattern.
---
---```lua
---for k, v in ("a=1, b=2"):gmatch("(%w+)=(%w+)") do print(k, v) end --> a	1
--- --> b	2
---```
---@param s string
---@param pattern string
---@return fun(): string|integer|nil step
function string.gmatch(s, pattern) end

---`string.gmatch` by its name in Lua 5.0.
---
---```lua
---for w in string.gfind("a b", "%a") do print(w) end --> a
--- --> b
---```
---@param s string
---@param pattern string
---@return fun(): string|integer|nil step
function string.gfind(s, pattern) end

---A copy of `s` in which all matches of `pattern`, or the first `n`, are replaced, then how many were. `repl` is a string, where `%1` to `%9` stand for captures, `%0` for the match and `%%` for a percent sign; a table, which is asked for the first capture; or a function, which is called with the captures and may wait. Without captures the whole match is the first; where table or function give nil or false the match stays. Raises an error for a malformed pattern, a capture that is not there, and a replacement that is neither string nor number.
---
---```lua
---print(("hello world"):gsub("o", "0")) --> hell0 w0rld	2
---print(("$name!"):gsub("%$(%w+)", { name = "Lull" })) --> Lull!	1
---print(("a b"):gsub("%a", string.upper, 1)) --> A b	1
---```
---@param s string
---@param pattern string
---@param repl string|table|function
---@param n? integer all if left out
---@return string
---@return integer count
function string.gsub(s, pattern, repl, n) end

---How many bytes `s` has, as `#s`.
---
---```lua
---print(("Lua"):len()) --> 3
---```
---@param s string
---@return integer
function string.len(s) end

---`s` with small letters for the capitals A to Z.
---
---```lua
---print(("Lua"):lower()) --> lua
---```
---@param s string
---@return string
function string.lower(s) end

---The captures of the first match of `pattern` in `s`, or the whole match if there are none; nil if it does not match. Raises an error for a malformed pattern.
---
---```lua
---print(("2026-11-29"):match("(%d+)-(%d+)")) --> 2026	11
---```
---@param s string
---@param pattern string
---@param init? integer where to begin; 1 if left out
---@return string|integer|nil ...
function string.match(s, pattern, init) end

---The bytes of `s` from the last to the first.
---
---```lua
---print(("Lua"):reverse()) --> auL
---```
---@param s string
---@return string
function string.reverse(s) end

---The part of `s` from `from` to `to`, both included; empty where there is none.
---
---```lua
---print(("hello"):sub(2, -2)) --> ell
---```
---@param s string
---@param from integer
---@param to? integer -1, the end, if left out
---@return string
function string.sub(s, from, to) end

---`s` with capitals for the small letters a to z.
---
---```lua
---print(("Lua"):upper()) --> LUA
---```
---@param s string
---@return string
function string.upper(s) end

---A function as a string, which `loadstring` and `load` of the same runtime, and of no other, make a function of again. Raises an error for a builtin.
---
---```lua
---print(loadstring(string.dump(function(x) return x + 1 end))(1)) --> 2
---```
---@param f function
---@return string
function string.dump(f) end

-- Tables: section 5.5 of the manual.

---The strings and numbers of a list as one string, with `sep` between. Raises an error for any other value.
---
---```lua
---print(table.concat({ "a", 1, "b" }, ", ")) --> a, 1, b
---```
---@param list table
---@param sep? string empty if left out
---@param from? integer 1 if left out
---@param to? integer `#list` if left out
---@return string
function table.concat(list, sep, from, to) end

---Puts a value into a list at a place, and moves up what is there and behind; without a place behind the last: `table.insert(list, v)`. Raises an error for any other number of arguments.
---
---```lua
---local t = { "a", "c" }
---table.insert(t, 2, "b")
---table.insert(t, "d")
---print(table.concat(t)) --> abcd
---```
---@param list table
---@param place integer
---@param v any
---@overload fun(list: table, v: any)
function table.insert(list, place, v) end

---Takes out the value at a place, returns it, and moves down what is behind. Nothing is returned of an empty list.
---
---```lua
---local t = { "a", "b", "c" }
---print(table.remove(t), table.remove(t, 1), #t) --> c	a	1
---```
---@param list table
---@param place? integer `#list`, the last, if left out
---@return any v
function table.remove(list, place) end

---Sorts a list in place, by `<` or by `less`, which may wait. Equal values may change places. Raises an error for values that cannot be compared, and may do so for a `less` that contradicts itself.
---
---```lua
---local t = { 3, 1, 2 }
---table.sort(t, function(a, b) return a > b end)
---print(table.concat(t, " ")) --> 3 2 1
---```
---@param list table
---@param less? fun(a: any, b: any): boolean whether `a` comes before `b`
function table.sort(list, less) end

---The largest number above 0 that is a key of `t`, 0 if there is none. It looks at all of them.
---
---```lua
---print(table.maxn({ [2] = "a", [7.5] = "b" })) --> 7.5
---```
---@param t table
---@return number
function table.maxn(t) end

---Calls `f` with each key and value, until it returns something other than nil, and returns that. An old form of a loop over `pairs`.
---
---```lua
---table.foreach({ x = 1 }, print) --> x	1
---```
---@param t table
---@param f fun(k: any, v: any): any
---@return any
function table.foreach(t, f) end

---Calls `f` with each number and value of a list, until it returns something other than nil, and returns that. An old form of a loop over `ipairs`.
---
---```lua
---table.foreachi({ "a" }, print) --> 1	a
---```
---@param list table
---@param f fun(i: integer, v: any): any
---@return any
function table.foreachi(list, f) end

---`#list`, by its name in Lua 5.0.
---
---```lua
---print(table.getn({ "a", "b" })) --> 2
---```
---@param list table
---@return integer
function table.getn(list) end

---Always raises an error, as in Lua 5.1: a list's length is no longer set.
---
---```lua
---print(pcall(table.setn, {}, 2)) --> false	'setn' is obsolete
---```
---@param list table
---@param n integer
function table.setn(list, n) end

-- Mathematics: section 5.6 of the manual. Angles are in radians. A result that no number is, as that of `math.sqrt(-1)`, is `nan`.

---`x` without its sign.
---
---```lua
---print(math.abs(-2)) --> 2
---```
---@param x number
---@return number
function math.abs(x) end

---The angle from 0 to pi whose cosine is `x`.
---
---```lua
---print(math.acos(1)) --> 0
---```
---@param x number
---@return number
function math.acos(x) end

---The angle from -pi/2 to pi/2 whose sine is `x`.
---
---```lua
---print(math.asin(0)) --> 0
---```
---@param x number
---@return number
function math.asin(x) end

---The angle from -pi/2 to pi/2 whose tangent is `x`.
---
---```lua
---print(math.atan(0)) --> 0
---```
---@param x number
---@return number
function math.atan(x) end

---The angle of the point `x`, `y`, from -pi to pi; the signs of both say in which quarter it is.
---
---```lua
---print(math.deg(math.atan2(1, -1))) --> 135
---```
---@param y number
---@param x number
---@return number
function math.atan2(y, x) end

---The smallest whole number that is not below `x`.
---
---```lua
---print(math.ceil(1.2), math.ceil(-1.2)) --> 2	-1
---```
---@param x number
---@return number
function math.ceil(x) end

---The cosine of an angle.
---
---```lua
---print(math.cos(0)) --> 1
---```
---@param x number
---@return number
function math.cos(x) end

---The hyperbolic cosine.
---
---```lua
---print(math.cosh(0)) --> 1
---```
---@param x number
---@return number
function math.cosh(x) end

---An angle in degrees.
---
---```lua
---print(math.deg(math.pi)) --> 180
---```
---@param x number
---@return number
function math.deg(x) end

---e to the power of `x`.
---
---```lua
---print(math.exp(0)) --> 1
---```
---@param x number
---@return number
function math.exp(x) end

---The largest whole number that is not above `x`.
---
---```lua
---print(math.floor(1.8), math.floor(-1.2)) --> 1	-2
---```
---@param x number
---@return number
function math.floor(x) end

---The rest of `x` divided by `y`, with the sign of `x`; `x % y` has the sign of `y`.
---
---```lua
---print(math.fmod(-5, 3), -5 % 3) --> -2	1
---```
---@param x number
---@param y number
---@return number
function math.fmod(x, y) end

---`math.fmod` by its name in Lua 5.0.
---
---```lua
---print(math.mod(5, 3)) --> 2
---```
---@param x number
---@param y number
---@return number
function math.mod(x, y) end

---Parts `x` into `m`, whose size is from 0.5 to below 1, and `e`, so that `x` is `m * 2^e`. Both are 0 for 0.
---
---```lua
---print(math.frexp(8)) --> 0.5	4
---```
---@param x number
---@return number m
---@return integer e
function math.frexp(x) end

---`m * 2^e`.
---
---```lua
---print(math.ldexp(0.5, 4)) --> 8
---```
---@param m number
---@param e integer
---@return number
function math.ldexp(m, e) end

---The natural logarithm of `x`.
---
---```lua
---print(math.log(1)) --> 0
---```
---@param x number
---@return number
function math.log(x) end

---The logarithm of `x` to the base 10.
---
---```lua
---print(math.log10(1000)) --> 3
---```
---@param x number
---@return number
function math.log10(x) end

---The largest of its arguments. Raises an error without any.
---
---```lua
---print(math.max(1, 3, 2)) --> 3
---```
---@param x number
---@param ... number
---@return number
function math.max(x, ...) end

---The smallest of its arguments. Raises an error without any.
---
---```lua
---print(math.min(2, 1, 3)) --> 1
---```
---@param x number
---@param ... number
---@return number
function math.min(x, ...) end

---The whole part of `x`, and the rest, both with its sign.
---
---```lua
---print(math.modf(-3.5)) --> -3	-0.5
---```
---@param x number
---@return number whole
---@return number rest
function math.modf(x) end

---`x ^ y`.
---
---```lua
---print(math.pow(2, 10)) --> 1024
---```
---@param x number
---@param y number
---@return number
function math.pow(x, y) end

---An angle in degrees as one in radians.
---
---```lua
---print(math.rad(180) == math.pi) --> true
---```
---@param x number
---@return number
function math.rad(x) end

---Makes `math.random` begin another series: the same number gives the same series in every run, `os.time()` a new one.
---
---```lua
---math.randomseed(7)
---local a = math.random(100)
---math.randomseed(7)
---print(math.random(100) == a) --> true
---```
---@param seed number
function math.randomseed(seed) end

---The sine of an angle.
---
---```lua
---print(math.sin(0)) --> 0
---```
---@param x number
---@return number
function math.sin(x) end

---The hyperbolic sine.
---
---```lua
---print(math.sinh(0)) --> 0
---```
---@param x number
---@return number
function math.sinh(x) end

---The square root of `x`.
---
---```lua
---print(math.sqrt(9)) --> 3
---```
---@param x number
---@return number
function math.sqrt(x) end

---The tangent of an angle.
---
---```lua
---print(math.tan(0)) --> 0
---```
---@param x number
---@return number
function math.tan(x) end

---The hyperbolic tangent.
---
---```lua
---print(math.tanh(0)) --> 0
---```
---@param x number
---@return number
function math.tanh(x) end

-- Files: section 5.7 of the manual; all that wait are in lua.lua.

---`"file"` for a file that is open, `"closed file"` for one that is closed, nil for anything else.
---
---```lua
---print(io.type(io.stdout), io.type("a")) --> file	nil
---```
---@param v any
---@return string? kind
function io.type(v) end

-- The system: section 5.8 of the manual.

---The seconds from `t1` to `t2`.
---
---```lua
---print(os.difftime(60, 0)) --> 60
---```
---@param t2 number
---@param t1? number 0 if left out
---@return number
function os.difftime(t2, t1) end

---A variable of the environment that the script has been given; nil if it is not set.
---
---```lua
---print(os.getenv("NO_SUCH_VARIABLE")) --> nil
---```
---@param name string
---@return string? value
function os.getenv(name) end

---The locale, `"C"`: the only one in Lull. Asking for another returns nil; raises an error for an unknown category.
---
---```lua
---print(os.setlocale(), os.setlocale("de_DE")) --> C	nil
---```
---@param locale? string
---@param category? string `"all"`, if left out, `"collate"`, `"ctype"`, `"monetary"`, `"numeric"` or `"time"`
---@return string? locale
function os.setlocale(locale, category) end

-- Coroutines: section 5.2 of the manual.

---A coroutine that will run `f`, suspended. Raises an error if `f` is no function.
---
---```lua
---local co = coroutine.create(function(a) print(coroutine.yield(a + 1)) end)
---print(coroutine.resume(co, 1)) --> true	2
---coroutine.resume(co, "on") --> on
---```
---@param f function
---@return thread co
function coroutine.create(f) end

---Runs a coroutine until it yields or ends. Its arguments go to the function, or are what `yield` returns there. Returns true and what it yielded or returned, or false and the error that it has raised.
---
---```lua
---print(coroutine.resume(coroutine.create(function() error("oops", 0) end))) --> false	oops
---```
---@param co thread
---@param ... any
---@return boolean ok
---@return any ...
function coroutine.resume(co, ...) end

---The coroutine that runs; nil in a task's own function.
---
---```lua
---print(coroutine.running()) --> nil
---```
---@return thread? co
function coroutine.running() end

---`"running"`, `"suspended"` (it has not begun, or has yielded), `"normal"` (it has resumed another) or `"dead"` (it has ended).
---
---```lua
---print(coroutine.status(coroutine.create(print))) --> suspended
---```
---@param co thread
---@return string
function coroutine.status(co) end

---A coroutine as a function: a call resumes it, and returns what it yields or returns. Errors are raised in the caller.
---
---```lua
---for n in coroutine.wrap(function() for i = 1, 2 do coroutine.yield(i) end end) do print(n) end --> 1
--- --> 2
---```
---@param f function
---@return function resume
function coroutine.wrap(f) end

---Suspends the running coroutine: `resume` returns these values there, and the arguments of the next one are returned here. Raises an error outside of a coroutine.
---
---```lua
---print(coroutine.wrap(function() coroutine.yield("a", "b") end)()) --> a	b
---```
---@param ... any
---@return any ...
function coroutine.yield(...) end

---Looks into functions and the stack, for tools: section 5.9 of the Lua 5.1 manual. Lull has no hooks and no prompt, and `setlocal` and `getregistry` always raise an error. The functions that take a level take a thread before it, if it is another's.
---@class debug
debug = {}

---Always raises an error: there is no prompt on the terminal in Lull.
---
---```lua
---print(pcall(debug.debug)) --> false	debug.debug is not supported
---```
function debug.debug() end

---The table of globals of a function, or the environment of another value; nil if it has none.
---
---```lua
---print(debug.getfenv(function() end) == _G) --> true
---```
---@param v any
---@return table? env
function debug.getfenv(v) end

---The hook: none, for there are no hooks in Lull.
---
---```lua
---print((debug.gethook())) --> nil
---```
---@param thread? thread
---@return nil hook
---@return string mask
---@return integer count
function debug.gethook(thread) end

---A table that tells of a function, or of a level of the stack (0 is `getinfo`, 1 its caller); nil if there is no such level. The fields are `source`, `short_src`, `linedefined`, `lastlinedefined`, `what`, `currentline`, `name`, `namewhat`, `nups`, `func` and `activelines`. Raises an error for an unknown letter of `what`.
---
---```lua
---print(debug.getinfo(print).what, debug.getinfo(1, "l").currentline) --> C	1
---```
---@param f function|integer
---@param what? string letters of the fields wanted: `n` names, `S` source, `l` line, `u` upvalues, `f` function, `L` lines; all but `L` if left out
---@overload fun(thread: thread, f: function|integer, what?: string): table?
---@return table? info
function debug.getinfo(f, what) end

---The name and the value of a local variable of a level of the stack; nil if there are not so many. Raises an error for a level that is not there.
---
---```lua
---local x = 5
---print(debug.getlocal(1, 1)) --> x	5
---```
---@param level integer
---@param n integer
---@overload fun(thread: thread, level: integer, n: integer): string?, any
---@return string? name
---@return any value
function debug.getlocal(level, n) end

---The metatable of a value, whatever `__metatable` says; nil if it has none.
---
---```lua
---print(debug.getmetatable("").__index == string) --> true
---```
---@param v any
---@return table? metatable
function debug.getmetatable(v) end

---Always raises an error: the registry is the host's.
---
---```lua
---print(pcall(debug.getregistry)) --> false	debug.getregistry is not supported
---```
function debug.getregistry() end

---The name and the value of a variable that a function has from outside; nil if there are not so many.
---
---```lua
---local x = 5
---print(debug.getupvalue(function() return x end, 1)) --> x	5
---```
---@param f function
---@param n integer
---@return string? name
---@return any value
function debug.getupvalue(f, n) end

---Gives a function another table of globals, and returns it. Raises an error for a value that has none of its own.
---
---```lua
---print(debug.setfenv(function() return x end, { x = 1 })()) --> 1
---```
---@param v any
---@param env table
---@return any v
function debug.setfenv(v, env) end

---Raises an error when it is to set a hook: there are none in Lull. Without a function it has nothing to do.
---
---```lua
---print((pcall(debug.sethook, print, "l"))) --> false
---```
---@param hook? function
---@param mask? string
---@param count? integer
---@overload fun(thread: thread, hook?: function, mask?: string, count?: integer)
function debug.sethook(hook, mask, count) end

---Always raises an error: locals are their function's own in Lull.
---
---```lua
---print(pcall(debug.setlocal, 1, 1, 5)) --> false	debug.setlocal is not supported
---```
---@param level integer
---@param n integer
---@param value any
---@overload fun(thread: thread, level: integer, n: integer, value: any): string?
---@return string? name
function debug.setlocal(level, n, value) end

---Gives any value another metatable, whatever `__metatable` says, and returns true. A number, a boolean, nil or a function shares its metatable with all of its type.
---
---```lua
---local t = {}
---print(debug.setmetatable(t, { __metatable = "locked" }), getmetatable(t)) --> true	locked
---```
---@param v any
---@param metatable table|nil
---@return boolean
function debug.setmetatable(v, metatable) end

---Sets a variable that a function has from outside, and returns its name; nil if there are not so many.
---
---```lua
---local x = 1
---print(debug.setupvalue(function() return x end, 1, 2), x) --> x	2
---```
---@param f function
---@param n integer
---@param value any
---@return string? name
function debug.setupvalue(f, n, value) end

---The stack as text, one call a line, below `message`. A message that is neither string nor nil is returned as it is.
---
---```lua
---print(debug.traceback("here"):match("^(.-)\n(.-):")) --> here	stack traceback
---```
---@param message? any
---@param level? integer where to begin; 1, the caller, if left out
---@overload fun(thread: thread, message?: any, level?: integer): any
---@return any text
function debug.traceback(message, level) end

---Says how `require` finds modules: section 5.3 of the Lua 5.1 manual. `package.path` has the places of files, `package.loaded` what is there already, `package.preload` functions that make modules, `package.loaders` the functions that look.
---@class package
package = {}

---Always returns nil, a message and `"absent"`: libraries in C cannot be loaded.
---
---```lua
---print((package.loadlib("libm.so", "*"))) --> nil
---```
---@param path string
---@param name string
---@return nil
---@return string message
---@return string where
function package.loadlib(path, name) end

---Lets a module see the globals: an option of `module`. Raises an error if it gets no table.
---
---```lua
---local t = {}
---package.seeall(t)
---print(t.print == print) --> true
---```
---@param t table
function package.seeall(t) end
