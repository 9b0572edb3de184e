package interp_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/lull-lua/lull/builtins"
	"github.com/lull-lua/lull/interp"
)

// The limits that every attack has.
var attackLimits = interp.Limits{
	Instructions: 5_000_000,
	Memory:       32 << 20,
	Tasks:        2000,
	Timers:       2000,
	Files:        100,
	CallDepth:    50_000,
	Output:       1 << 20,
	Time:         250 * time.Millisecond,
	StringSize:   16 << 20,
}

// An attack may come to this: twice the memory and 64 MB, for the whole process; once the time is over, a fifth of a second, and
// what cleanups have (half the time). Time is the processor's here, so that a loaded machine does not count.
const (
	attackMemory = 2*32<<20 + 64<<20
	attackTime   = 2*250*time.Millisecond + time.Second
	attackOver   = 200*time.Millisecond + 250*time.Millisecond/2
)

// attacks are scripts that mean harm. "limit" wants a limit to end them, "ends" that they end of themselves: they have been
// refused something; "memory" that the limit of memory does; "" takes any.
var attacks = []struct{ name, want, src string }{
	// strings
	{"rep of 1e12", "limit", `return #("x"):rep(1e12)`},
	{"rep of 1e300", "limit", `return #("x"):rep(1e300, "y")`},
	{"rep with a separator", "limit", `return #(""):rep(1e9, "ab")`},
	{"doubling", "limit", `local s = "x" while true do s = s .. s end`},
	{"doubling that is kept", "limit", `t = {} local s = "x" while true do s = s .. s t[#t + 1] = s end`},
	{"large garbage", "limit", `while true do local s = ("x"):rep(1.5e7) end`},
	{"large garbage, again and again", "limit", `local s = ("x"):rep(1.5e7) while true do s = s:upper() s = s:lower() s = s:reverse() s = s:sub(2) .. "x" end`},
	{"concatenation by a metamethod", "", `local mt = {} mt.__concat = function(a, b) return setmetatable({}, mt) .. a end return setmetatable({}, mt) .. "x"`},
	{"table.concat of millions", "limit", `local t = {} for i = 1, 1e6 do t[i] = "xxxxxxxxxxxxxxxxxxxxxxxx" end return #table.concat(t, ("-"):rep(1000))`},
	{"unpack of millions", "", `return select("#", unpack({}, 1, 1e7))`},
	{"unpack in a recursion", "limit", `local t = {} for i = 1, 1e5 do t[i] = i end local function f(...) return f(1, ...) end f(unpack(t))`},
	{"string.byte of millions", "", `return select("#", ("x"):rep(1e7):byte(1, -1))`},
	{"format", "limit", `local s = ("x"):rep(1e7) return #("%s%s%s%s%s%s"):format(s, s, s, s, s, s)`},
	{"format of many", "", `return #(("%99d"):rep(1e5)):format(unpack({}, 1, 1e5))`},
	{"os.date", "", `return #os.date(("%c"):rep(5e6))`},
	{"small pieces of large strings", "limit", `t = {} for i = 1, 1e9 do local s = ("abcdefgh"):rep(500) .. i t[i] = s:sub(-8) end`},
	{"half pieces of large strings", "limit", `t = {} for i = 1, 1e9 do local s = ("abcdefgh"):rep(500) .. i t[i] = s:sub(2) end`},
	{"iterators with large patterns", "limit", `t = {} for i = 1, 1e9 do t[i] = string.gmatch("x", ("a"):rep(1000) .. i) end`},
	{"string methods as values", "limit", `t = {} for i = 1, 1e9 do t[i] = string.gmatch(("x"):rep(1000) .. i, "y") end`},
	// long strings
	{"comparing long strings", "limit", `local a, b = ("x"):rep(1e7), ("x"):rep(1e7) while true do local c, d, e = a < b, a == b, a <= b end`},
	{"comparing long strings, without a turn", "limit", `local src = "local a, b = ... while true do " .. ("local c = a < b "):rep(100) .. "end" load(src)(("x"):rep(1e7), ("x"):rep(1e7))`},
	{"rawequal of long strings", "limit", `local a, b = ("x"):rep(1e7), ("x"):rep(1e7) while true do rawequal(a, b) end`},
	{"sorting long strings", "limit", `local p = ("x"):rep(1.5e7) local t = {} for i = 1, 1000 do t[i] = p:sub(i) end while true do table.sort(t) for i = 1, 1000 do t[i] = p:sub(i * 7919 % 1009 + 1) end end`},
	{"sorting long strings by a function", "limit", `local p = ("x"):rep(1.5e7) local t = {} for i = 1, 1000 do t[i] = p:sub(i) end while true do table.sort(t, function(a, b) return a < b end) end`},
	{"long keys", "limit", `local t, k = {1}, ("x"):rep(1e7) while true do t[k] = 1 local x = t[k] t[k] = nil end`},
	{"long keys that are not there", "limit", `local t, k = {x = 1}, ("x"):rep(1e7) while true do local x, y = t[k], k[k] end`},
	{"many long keys", "limit", `local p = ("x"):rep(1.5e7) t = {} for i = 1, 1e5 do t[p:sub(i)] = i end`},
	{"long keys that differ little", "limit", `local t = {} for i = 1, 1e9 do t[("x"):rep(1000) .. ("%09d"):format(i) .. ("x"):rep(1000)] = true end`},
	{"long keys in a chain", "limit", `local k, t = ("x"):rep(1e7), {} for i = 1, 90 do t = setmetatable({[k .. i] = 1}, {__newindex = t, __index = t}) end while true do t[k] = 1 t[k] = nil end`},
	{"constructors with long keys", "limit", `local a = ("x"):rep(1e7) while true do local t = {[a] = 1} end`},
	{"rawset and next of long keys", "limit", `local a, t = ("x"):rep(1e7), {} rawset(t, a, 1) while true do rawget(t, a) rawset(t, a, 1) next(t, a) end`},
	{"concatenation", "limit", `local a = ("x"):rep(30000) while true do local b = a .. a end`},
	{"concatenation without a turn", "limit", `load("local a = ... while true do " .. ("b = a .. a "):rep(1000) .. "end")(("x"):rep(30000))`},
	{"arithmetic on long numbers", "limit", `local a = ("1"):rep(1e6) while true do local b = a + 1 end`},
	{"arithmetic on white space", "limit", `local a = (" "):rep(1e7) .. "1" .. (" "):rep(1e6) while true do local b = a * 2 end`},
	{"arithmetic without a turn", "limit", `load("local a = ... while true do " .. ("b = a + 1 "):rep(5000) .. "end")(("1"):rep(1000))`},
	{"loops over long numbers", "limit", `local a = ("0"):rep(1e6) .. "1" while true do for i = a, a do end end`},
	{"tonumber of long numbers", "limit", `local a, b = ("1"):rep(1e7), ("f"):rep(1e7) while true do tonumber(a) tonumber(b, 16) end`},
	{"many values", "limit", `local t = {} for i = 1, 2e5 do t[i] = i end local function f(...) while true do local a, b = {...}, select("#", ...) end end f(unpack(t))`},
	{"many values without a turn", "limit", `load("local t = ... local function f(...) while true do " .. ("local a = {...} "):rep(180) .. "end end f(unpack(t))")((function() local t = {} for i = 1, 1e5 do t[i] = i end return t end)())`},
	{"many values that are handed on", "limit", `local t = {} for i = 1, 2e5 do t[i] = i end local function f(...) return ... end local function g(...) while true do local a = f(...) end end g(unpack(t))`},
	{"#t of powers of two", "limit", `local t = {} for i = 1, 1e5 do t[i] = i end for i = 19, 62 do t[2 ^ i] = 1 end while true do local n = #t end`},
	{"#t without a turn", "limit", `local t = {} for i = 0, 45 do t[2 ^ i] = 1 end load("local t = ... while true do " .. ("n = #t "):rep(40000) .. "end")(t)`},
	{"__index chains without a turn", "limit", `local t = {} for i = 1, 99 do t = setmetatable({}, {__index = t}) end load("local t = ... while true do " .. ("x = t.x "):rep(40000) .. "end")(t)`},
	// patterns
	{"catastrophic pattern", "limit", `return ("a"):rep(1e5):find(".-.-.-.-.-b")`},
	{"nested stars", "limit", `return ("a"):rep(1e5):match("(a*)*(a*)*(a*)*b")`},
	{"optional bytes", "limit", `return ("a"):rep(60):find(("a?"):rep(60) .. ("a"):rep(60) .. "b")`},
	{"pattern 10,000 deep", "", `return ("("):rep(10000), pcall(string.find, "x", ("("):rep(10000)), pcall(string.find, ("x"):rep(1e6), ("x-"):rep(12000) .. "y")`},
	{"pattern of megabytes", "", `return pcall(string.find, "x", ("a"):rep(1e7) .. ".")`},
	{"sets of megabytes", "", `return pcall(string.find, "x", ("[abc]"):rep(2e5))`},
	{"gsub that multiplies", "limit", `return #("x"):rep(1e6):gsub(".*", ("%0"):rep(1e6))`},
	{"gsub that multiplies each byte", "limit", `return #("x"):rep(1e6):gsub(".", ("y"):rep(1e4))`},
	{"gsub whose callback cancels its own task", "", `("x"):rep(1e6):gsub(".", function() task.current():cancel() sleep(0) end)`},
	{"frontier and balance", "limit", `local s = ("("):rep(1e5) while true do s:find("%b()") end`},
	{"plain find", "limit", `local s = ("a"):rep(1e6) while true do s:find(("a"):rep(1000) .. "b", 1, true) end`},
	// tables
	{"t[67108863] = 1", "ends", `t = {} t[67108863] = 1`},
	{"a high index", "ends", `t = {} t[16777000] = 1`},
	{"rawset of a high index", "ends", `t = {} rawset(t, 16777000, 1)`},
	{"table.insert at a high index", "ends", `t = {} table.insert(t, 16777000, 1)`},
	{"high indices in many tables", "limit", `t = {} for i = 1, 1e9 do t[i] = {} t[i][1000] = 1 end`},
	{"table bomb", "limit", `t = {} while true do t = {t, t, {}, {}} end`},
	{"a table of strings", "limit", `t = {} for i = 1, 1e9 do t["k" .. i] = i end`},
	{"keys that go", "limit", `t = {} for i = 1, 1e9 do t["k" .. i] = i t["k" .. i] = nil end`},
	{"keys of all kinds", "limit", `t = {} for i = 1, 1e9 do t[{}] = i + 0.5 t[i + 0.5] = print end`},
	{"numbers that keep others", "limit", `t = {} for i = 1, 1e9 do for j = 1, 31 do local x = i * 0.3 end t[#t + 1] = i * 0.7 end`},
	{"closures", "limit", `t = {} for i = 1, 1e9 do local a, b, c = {}, {}, {} t[i] = function() return a, b, c end end`},
	{"userdata", "limit", `t = {} for i = 1, 1e9 do t[i] = newproxy(true) end`},
	{"sort with an inconsistent comparator", "", `local t = {} for i = 1, 1e5 do t[i] = i end while true do pcall(table.sort, t, function() return true end) end`},
	{"sort with a comparator in Go", "limit", `local t = {} for i = 1, 1e5 do t[i] = i end while true do pcall(table.sort, t, rawequal) end`},
	{"sort of many numbers", "limit", `local t = {} for i = 1, 5e5 do t[i] = -i end while true do table.sort(t) for i = 1, 10 do t[i] = 1e9 end end`},
	{"insert at the front", "limit", `local t = {} for i = 1, 5e5 do t[i] = i end while true do table.insert(t, 1, 0) table.remove(t, 1) end`},
	{"next over what is gone", "limit", `t = {} for i = 1, 2e5 do t["k" .. i] = i end for i = 1, 2e5 do t["k" .. i] = nil end while true do next(t) end`},
	{"a setn of its own", "", `table.setn({}, 1e9)`},
	// calls
	{"recursion", "limit", `local function f() return 1 + f() end f()`},
	{"recursion through pcall", "limit", `local function f() pcall(f) f() end f()`},
	{"an __index chain", "", `local t = {} for i = 1, 1e5 do t = setmetatable({}, {__index = t}) end while true do local x = t.x end`},
	{"an __index of itself", "", `local t = {} setmetatable(t, {__index = t}) return t.x`},
	{"an __index that recurses", "", `local t = setmetatable({}, {__index = function(t, k) return t[k .. "x"] end}) return t.x`},
	{"a __tostring that recurses", "", `local t = setmetatable({}, {__tostring = tostring}) return tostring(t)`},
	{"an __eq that recurses", "", `local mt = {} mt.__eq = function(a, b) return a == b end return setmetatable({}, mt) == setmetatable({}, mt)`},
	{"an __eq that waits", "", `local mt = {__eq = function(a, b) sleep(100) end} return setmetatable({}, mt) == setmetatable({}, mt)`},
	{"a __call chain", "", `local t = {} for i = 1, 1e5 do t = setmetatable({}, {__call = t}) end return t()`},
	{"comparators that sort", "", `local function f() table.sort({1, 2, 3}, function() f() return false end) end f()`},
	{"gsub in gsub", "", `local function f() ("x"):gsub("x", f) end f()`},
	{"an error handler that fails", "", `xpcall(error, function() error(("x"):rep(1e6)) end)`},
	{"an error handler that loops", "limit", `xpcall(error, function() while true do end end)`},
	{"errors that grow", "limit", `local function f(e) error({e, ("x"):rep(1e5) .. #tostring(e)}) end local e while true do e = select(2, pcall(f, e)) end`},
	{"a traceback of all", "", `local function f(n) if n == 0 then return #debug.traceback() end return (f(n - 1)) end while true do f(10000) end`},
	// coroutines
	{"coroutines in coroutines", "", `local function f() coroutine.wrap(f)() end f()`},
	{"coroutines in coroutines, deep", "", `local function g(n) if n == 0 then coroutine.wrap(g)(3000) else ("x"):gsub("x", function() g(n - 1) end) end end g(3000)`},
	{"suspended coroutines", "limit", `t = {} for i = 1, 1e9 do t[i] = coroutine.wrap(coroutine.yield) t[i]() end`},
	{"suspended coroutines that are dropped", "limit", `while true do coroutine.wrap(coroutine.yield)() end`},
	{"coroutines that never start", "limit", `t = {} for i = 1, 1e9 do t[i] = coroutine.create(print) end`},
	{"wide coroutines", "limit", `t = {} for i = 1, 1e9 do t[i] = coroutine.wrap(function(...) coroutine.yield() return ... end) t[i](unpack({}, 1, 10000)) end`},
	{"deadlines in dropped coroutines", "limit", `while true do coroutine.wrap(function() wait_for(coroutine.yield, 1000) end)() end`},
	// tasks
	{"a million tasks", "limit", `for i = 1, 1e6 do spawn(sleep, 1000) end`},
	{"tasks that make tasks", "limit", `local function f() spawn(f) spawn(f) sleep(0) end f()`},
	{"daemons", "limit", `for i = 1, 1e6 do task.daemon(sleep, 1000) end`},
	{"a daemon that stays", "", `task.daemon(function() while true do end end)`},
	{"jobs", "limit", `t = {} for i = 1, 1e9 do t[i] = async(print)(i, {}, {}, {}) end`},
	{"async functions", "limit", `t = {} for i = 1, 1e9 do local x = {} t[i] = async(function() return x end) end`},
	{"timers", "limit", `local function f() wait_for(f, 1000) end f()`},
	{"waiting reads", "limit", `for i = 1, 1e6 do spawn(io.read) end`},
	{"waiting reads that are given up", "limit", `while true do pcall(wait_for, io.read, 0.0001) end`},
	// files
	{"open files", "limit", `t = {} for i = 1, 1e6 do t[i] = assert(io.open("a", "w")) end`},
	{"open files that are dropped", "limit", `for i = 1, 1e6 do assert(io.open("a", "w")) end`},
	{"open files in tasks", "limit", `for i = 1, 1e6 do spawn(function() local f = io.open("a", "w") sleep(100) f:close() end) end`},
	{"temporary files", "limit", `t = {} for i = 1, 1e6 do t[i] = assert(io.tmpfile()) end`},
	{"names of temporary files", "limit", `for i = 1, 1e6 do os.tmpname() end`},
	{"a file that grows", "limit", `local f = io.open("a", "w") while true do f:write(("x"):rep(1e5)) end`},
	{"shields", "limit", `local function f() shield(f) end f()`},
	{"groups in groups", "limit", `local function f() group(function(g) g:spawn(f) g:spawn(f) end) end f()`},
	{"a queue", "limit", `q = sync.queue() while true do q:put({}) end`},
	{"a queue of large things", "limit", `q = sync.queue() for i = 1, 1e9 do q:put(("x"):rep(1e5) .. i) end`},
	{"objects of sync", "limit", `t = {} for i = 1, 1e9 do t[i] = sync.queue() end`},
	{"locks", "limit", `t = {} for i = 1, 1e9 do t[i] = sync.lock() t[i]:acquire() end`},
	{"results that are kept", "limit", `t = {} for i = 1, 1e9 do t[i] = spawn(function() return ("x"):rep(1000) .. i end) await(t[i]) end`},
	{"failures that are told", "limit", `for i = 1, 1e9 do spawn(error, ("x"):rep(1e5)) sleep(0) end`},
	{"others", "", `local e repeat e = select(2, pcall(gather, function() error(e or "x") end, function() finally(function() sleep(1) end, function() error("y") end) end)) until false`},
	// what only builtins hold
	{"gather holds results", "memory", `local t = {} for i = 1, 500 do t[i] = function() return ("x"):rep(1e6) .. i end end t[501] = function() sleep(1) end return gather(t)`},
	{"gather holds errors", "memory", `local t = {return_exceptions = true} for i = 1, 500 do t[i] = function() error(("x"):rep(1e6) .. i) end end t[501] = function() sleep(1) end return gather(t)`},
	{"map holds results", "memory", `local t = {} for i = 1, 500 do t[i] = i end return task.map(t, function(i) return ("x"):rep(1e6) .. i end, {limit = 10})`},
	{"any holds errors", "memory", `local t = {} for i = 1, 500 do t[i] = function() error(("x"):rep(1e6)..i) end end t[501] = function() sleep(1) end return task.any(t)`},
	{"race holds a winner", "memory", `for i = 1, 500 do spawn(race, function() return ("x"):rep(1e6) .. i end, function() finally(function() sleep(1) end, function() sleep(1) end) end) end sleep(1)`},
	{"as_completed holds results", "memory", `local t = {} for i = 1, 500 do t[i] = function() return ("x"):rep(1e6) .. i end end for x in task.as_completed(t) do sleep(1) end`},
	{"a group holds errors", "memory", `group(function(g) for i = 1, 500 do g:spawn(function() finally(function() sleep(1) end, function() error(("x"):rep(1e6) .. i) end) end) end sleep(0) g:cancel() end)`},
	{"a group holds results", "memory", `for i = 1, 500 do spawn(group, function(g) g:spawn(sleep, 1) return ("x"):rep(1e6) .. i end) end sleep(1)`},
	{"finally holds results", "memory", `for i = 1, 500 do spawn(finally, function() return ("x"):rep(1e6) .. i end, function() sleep(1) end) end sleep(1)`},
	{"finally holds errors", "memory", `for i = 1, 500 do spawn(finally, function() error(("x"):rep(1e6) .. i) end, function() sleep(1) end) end sleep(1)`},
	{"retry holds errors", "memory", `for i = 1, 500 do spawn(task.retry, function() error(("x"):rep(1e6) .. i) end, {when = function() sleep(1) end}) end sleep(1)`},
	{"names of tasks", "", `for i = 1, 500 do local t = spawn(sleep, 1) t:name(("x"):rep(1e6) .. i) end sleep(1)`},
	{"reasons of cancellations", "", `t = {} for i = 1, 500 do t[i] = spawn(sleep, 1) t[i]:cancel(("x"):rep(1e6) .. i) end sleep(1)`},
	{"gsub holds what it has", "memory", `for i = 1, 500 do spawn(string.gsub, "xy", ".", function(c) if c == "y" then sleep(1) end return ("z"):rep(1e6) end) end sleep(1)`},
	{"format holds what it has", "memory", `local s = ("z"):rep(1e6) for i = 1, 500 do spawn(string.format, "%s%s%s%s", s, s, s, setmetatable({}, {__tostring = function() sleep(1) return "x" end})) end sleep(1)`},
	{"load holds what it has", "memory", `for i = 1, 500 do local n = 0 spawn(load, function() n = n + 1 if n == 3 then sleep(1) end return (" "):rep(3e5) end) end sleep(1)`},
	{"%q of zeros", "limit", `return ("%q"):format(("\0"):rep(1.6e7))`},
	{"gather of a million", "limit", `local t = {} for i = 1, 1e6 do t[i] = sleep end return gather(t)`},
	// what is made without being asked for
	{"a path of marks", "ends", `package.path = ("?"):rep(1e6) assert(not pcall(require, ("x"):rep(1e6))) assert(not pcall(require, ("x"):rep(900))) assert(not pcall(package.loaders[2], "x"))
		package.path = ("?"):rep(6e4) assert(not pcall(require, ("x"):rep(900)))`},
	{"a path of many places", "", `package.path = ("?/a;"):rep(16000) while true do pcall(require, ("x"):rep(900)) end`},
	{"loaders with much to say", "", `package.loaders = {} for i = 1, 100 do package.loaders[i] = function() return ("x"):rep(1e6) end end while true do pcall(require, "x") end`},
	{"a module of millions of names", "ends", `assert(not pcall(module, ("x."):rep(5e6) .. "x"))`},
	{"modules of many names", "", `for i = 1, 100 do pcall(module, ("x" .. i .. "."):rep(100)) end`},
	{"a misspelt name of 100,000 letters", "", `local k = ("x"):rep(1e5) _G[k] = 1 load(k .. "a()")()`},
	{"misspelt names of 100,000 letters", "limit", `local k = ("x"):rep(1e5) _G[k], t = 1, {} for i = 1, 1e9 do t[i] = select(2, pcall(load(k .. "a()"))) end`},
	{"names of chunks in messages", "limit", `local f = load("error('x')", "=" .. ("n"):rep(1e6)) t = {} for i = 1, 1e9 do t[i] = select(2, pcall(f)) end`},
	{"names of chunks in tracebacks", "limit", `local f = load("return debug.traceback()", "@" .. ("n"):rep(1e6)) t = {} for i = 1, 1e9 do t[i] = f() end`},
	{"names of chunks in getinfo", "limit", `local f = load("return debug.getinfo(1)", "=" .. ("n"):rep(1e6)) t = {} for i = 1, 1e9 do t[i] = f().source t[-i] = f().short_src end`},
	{"names of chunks in errors of syntax", "limit", `t = {} for i = 1, 1e9 do t[i] = select(2, load("x", "=" .. ("n"):rep(1e6))) end`},
	{"names in errors of syntax", "limit", `t = {} for i = 1, 1e9 do t[i] = select(2, load("x " .. ("n"):rep(1e5))) end`},
	{"names of chunks of jobs", "limit", `local f = load("return async(function() end)", "=" .. ("n"):rep(1e6))() t = {} for i = 1, 1e9 do t[i] = tostring(f()) end`},
	{"a task with a long name", "limit", `local x = spawn(sleep, 1000) x:name(("n"):rep(1.5e7)) t = {} for i = 1, 1e9 do t[i] = tostring(x) end`},
	{"tasks of long names", "limit", `task.map({("n"):rep(1e7), ("m"):rep(1e7)}, function() t = {} for i = 1, 1e9 do t[i] = task.current():name() .. tostring(task.current()) end end)`},
	{"long reasons", "limit", `local x = spawn(sleep, 1000) x:cancel(("n"):rep(1.5e7)) sleep(0) t = {} for i = 1, 1e9 do t[i] = select(2, pcall(await, x)) end`},
	{"long names in errors", "limit", `local s = ("x"):rep(1e7) t = {} for i = 1, 1e9 do t[i] = {select(2, pcall(read, s)), select(2, pcall(collectgarbage, s)), select(2, pcall(task.retry, print, {[s] = 1})), select(2, pcall(gather, {print, [s] = 1})), io.open(s)} end`},
	{"long texts in errors", "limit", `local s = ("x"):rep(1e7) while true do pcall(error, s) debug.traceback(s) end`},
	{"print of many large things", "limit", `local s = ("x"):rep(1.5e7) print(s, s, s, s, s, s, s, s, s, s, s, s, s, s, s, s, s, s, s, s, s, s, s, s, s, s, s, s)`},
	{"io.write of many large things", "limit", `local s = ("x"):rep(1.5e7) io.write(s, s, s, s, s, s, s, s, s, s, s, s, s, s, s, s, s, s, s, s, s, s, s, s, s, s, s, s)`},
	{"captures in each other", "", `local s = ("a"):rep(7e6) .. ("b"):rep(8e6) while true do s:match(("("):rep(32) .. "a*" .. (")"):rep(32)) end`},
	{"many tasks that dofile", "limit", `local f = io.open("f.lua", "w") for i = 1, 3 do f:write(("x = 1 "):rep(16000)) end f:close() while true do group(function(g) for i = 1, 900 do g:spawn(pcall, dofile, "f.lua") end end) end`},
	{"many tasks that load one file", "limit", `local f = io.open("f.lua", "w") for i = 1, 3 do f:write(("x = 1 "):rep(16000)) end f:close() while true do group(function(g) for i = 1, 900 do g:spawn(function() loadfile("f.lua") end) end end) end`},
	{"a number without end", "limit", `local f = io.open("n", "w") for i = 1, 100 do f:write(("1"):rep(1e4)) end f:close() while true do f = io.open("n") f:read("*n") f:close() end`},
	// messages that are kept
	{"messages of error", "limit", `t = {} for i = 1, 1e9 do t[i] = select(2, pcall(error, ("x"):rep(1000))) end`},
	{"messages of bad arguments", "limit", `t = {} for i = 1, 1e9 do t[i] = select(2, pcall(sleep, {})) end`},
	{"messages of files", "limit", `t = {} for i = 1, 1e9 do t[i] = select(2, pcall(read, "none")) end`},
	{"messages of operators", "limit", `t = {} for i = 1, 1e9 do t[i] = select(2, pcall(function() return x.y end)) end`},
	{"errors that are awaited", "limit", `t = {} for i = 1, 1e9 do t[i] = select(2, pcall(await, spawn(error, ("x"):rep(100)))) end`},
	{"errors in errors", "limit", `local e = "x" for i = 1, 1e9 do local _, x = pcall(finally, function() error(e) end, function() error(e) end) e = x end`},
	{"errors with others", "limit", `t = {} for i = 1, 1e9 do t[i] = select(2, pcall(gather, function() error("a") end, function() error(("b"):rep(1000)) end)) end`},
	{"tracebacks", "limit", `t = {} for i = 1, 1e9 do t[i] = select(2, pcall(wait_for, function() sleep(1) end, 0)).traceback end`},
	{"a table of which two keys are left", "limit", `t = {} for i = 1, 1e5 do t["k" .. i] = i end for i = 1, 1e5 - 2 do t["k" .. i] = nil end while true do for k in pairs(t) do end end`},
	{"a table of which two numbers are left", "limit", `t = {} for i = 1, 3e5 do t[i] = i end for i = 1, 3e5 - 2 do t[i] = nil end while true do for k in pairs(t) do end next(t) table.maxn(t) table.foreach(t, type) end`},
	{"periods", "limit", `local u = "abcdefghijklmnopq" local s, p = u:rep(6e5), u:rep(3e5) .. "z" while true do s:find(p, 1, true) end`},
	{"periods in split", "limit", `local u = "abcdefghijklmnopq" local s, p = u:rep(6e5), u:rep(3e5) .. "z" while true do s:split(p) end`},
	{"white space", "limit", `local s = (" "):rep(1.5e7) while true do s:trim() tonumber(s, 7) end`},
	{"showing long keys", "limit", `local s, t = ("x"):rep(1.5e7), {} for i = 1, 300 do t[s:sub(i)] = 1 end while true do show(t) end`},
	{"an uncaught table of long keys", "", `local s, t = ("x"):rep(1.5e7), {} for i = 1, 300 do t[s:sub(i)] = 1 end error(t)`},
	{"a back reference to much", "limit", `local s = ("a"):rep(1.5e7) .. "b" return s:find("^(a*)%1c")`},
	{"an error at a deep level", "limit", `local function f(n) if n > 0 then f(n - 1) return 1 end while true do pcall(error, "x", 1e9) debug.traceback() debug.getinfo(39000) getfenv(39000) end end f(40000)`},
	{"errors in large functions", "limit", `local f = load("local f, n = ... " .. ("x = 1 "):rep(40000) .. " if n > 0 then f(f, n - 1) return 1 end while true do pcall(error) end") f(f, 25)`},
	{"os.date and format of much", "limit", `while true do os.date(("%c"):rep(1e5)) ; (("%%"):rep(1e6)):format() ; ("%q"):format(("x"):rep(1e6)) end`},
	// what does not want to end
	{"a finally that never ends", "limit", `finally(function() while true do end end, function() while true do end end)`},
	{"a finally that never ends, waiting", "limit", `finally(function() sleep(1000) end, function() while true do sleep(1) end end, math.huge)`},
	{"finally in finally", "limit", `local function f() finally(function() while true do end end, f) end f()`},
	{"a tower of finally", "limit", `local function f(n) finally(function() f(n + 1) end, function() while true do end end) end f(1)`},
	{"a cleanup that spawns", "limit", `local function f() while true do spawn(f) sleep(0) end end finally(function() while true do end end, f)`},
	{"a cleanup that takes memory", "limit", `finally(function() while true do end end, function() t = {} while true do t[#t + 1] = {} end end)`},
	{"retry for ever", "limit", `task.retry(function() while true do end end, {attempts = math.huge, delay = 0})`},
	{"os.exit and stop", "", `stop(0) while true do pcall(sleep, 0) end`},
	{"sleep for ever", "", `sleep(math.huge)`},
	{"print", "limit", `while true do print(("x"):rep(1000)) end`},
	{"standard error", "limit", `while true do io.stderr:write(("x"):rep(1000)) end`},
	{"print of one large thing", "limit", `print(("x"):rep(1.6e7))`},
	// code
	{"nested source", "", `return load("return " .. ("("):rep(10000) .. "1" .. (")"):rep(10000)), load(("do "):rep(10000) .. ("end "):rep(10000)), load("return " .. ("{"):rep(10000) .. ("}"):rep(10000)), load("return " .. ("-"):rep(10000) .. "1")`},
	{"operators without end", "", `return load("return " .. ("1 .. "):rep(20000) .. "1"), load("return " .. ("2 ^ "):rep(20000) .. "1")`},
	{"a large source", "", `return load(("x = 1 "):rep(2e6))`},
	{"a source of calls", "", `for _ = 1, 20 do load(("f''"):rep(1.1e5)) end`},
	{"a source of tables", "", `for _ = 1, 20 do load(("f{}"):rep(1.1e5)) end`},
	{"a source in pieces", "limit", `return load(function() return ("x = 1 "):rep(1000) end)`},
	{"sources", "limit", `t = {} for i = 1, 1e9 do t[i] = load("return 'x" .. i .. "' --" .. ("y"):rep(10000)) end`},
	{"long loops", "limit", `local f = load("while true do " .. ("local x = {} "):rep(150) .. ("x = {} "):rep(10000) .. " end") f()`},
	{"long functions", "limit", `local f = load("return function() " .. ("x = 1 "):rep(20000) .. " end")() while true do f() end`},
	{"bytecode", "ends", `assert(not load("\27Lua\81\0\1\4\4\4\8\0")) assert(not load(("\27Lua"):rep(10)))`},
	{"string.dump", "limit", `for i = 1, 1e9 do string.dump(load("return " .. i)) end`},
	{"setfenv on what is the host's", "ends", `assert(not pcall(setfenv, print, {})) debug.setfenv(print, {}) assert(not pcall(setfenv, 3, {})) debug.setfenv(io.stdout, setmetatable({}, { __index = error }))`},
	{"split without end", "", `local s, t = ("x"):rep(1e6), {} while true do t[#t + 1] = s:split("") end`},
	{"split and trim of long strings", "limit", `local s = (" "):rep(1e7) while true do s:split("xyz") s:trim() end`},
	{"bit operations without end", "limit", `local t = {} for i = 1, 5000 do t[i] = i end while true do bit.bxor(unpack(t)) bit.band(1, 2) end`},
	{"load of garbage without end", "ends", `assert(not load(function() return "*garbage " end))`},
	{"load without end", "", `load(function() return "x = 1 " end)`},
	{"load of one string without end", "", `load(function() return "'" .. ("x"):rep(1e5) end)`},
	{"load of empty lines without end", "", `load(function() return "\n" end)`},
	{"loads in readers of loads", "", `local function nest() local first = true load(function() if first then first = false return "x = " .. ("("):rep(190) end return nest() end) end nest()`},
	{"setfenv of the thread", "ends", `setfenv(0, {}) setfenv(1, {})`},
	{"debug", "ends", `assert(not pcall(debug.getregistry) and not pcall(debug.setlocal, 1, 1, 1) and not pcall(debug.debug)) debug.setmetatable("", nil) debug.setmetatable(print, {__index = {}}) debug.setmetatable(nil, {__index = function() return 1 end})
		for _, f in pairs{print, pcall, sleep} do assert(not debug.getupvalue(f, 1) and not debug.setupvalue(f, 1, 1)) end`},
	{"the strings' metatable", "ends", `getmetatable("").__index = function() return error end getmetatable("").__gsub = 1`},
	{"the globals", "ends", `local setmetatable, error = setmetatable, error for k in pairs(_G) do if k ~= "_G" then _G[k] = nil end end setmetatable(_G, {__index = error})`},
	{"package.loaded", "ends", `for k in pairs(package.loaded) do package.loaded[k] = false end package.loaded, package.loaders, package.preload = 1, 2, 3`},
	{"a module that requires itself", "ends", `package.preload.x = function() return require "x" end assert(not pcall(require, "x"))`},
	{"modules without end", "", `setmetatable(package.preload, {__index = function(_, k) return function() return require(k .. "x") end end}) require "x"`},
	{"collectgarbage", "limit", `while true do collectgarbage() end`},
	{"tostring of everything", "limit", `while true do tostring({}) tostring(print) tostring(0.1) end`},
}

const attackEnv = "LULL_ATTACK"

func init() { runAttack = attackChild }

// attackReport is what the child says of one run.
type attackReport struct {
	Pcall bool
	Err   string
	Limit bool
	Took  time.Duration
	Over  time.Duration // after the time that the limits grant
	Next  string
	Close string
	Peak  int // bytes, of the process so far
}

// attackChild runs the attack that the environment names, and then once more with pcall around it, on one runtime.
func attackChild(name string) {
	var from, count uint64
	if n, _ := fmt.Sscanf(name, "gen %d %d", &from, &count); n == 2 {
		generatedChild(from, count)
		return
	}
	i, err := strconv.Atoi(name)
	if err != nil {
		panic(err)
	}
	src, limits := attacks[i].src, attackLimits
	var opts []interp.Option
	switch attacks[i].want { // the time is not what ends these, however little of a busy machine the process has
	case "memory":
		limits.Time = time.Minute
		opts = append(opts, interp.WithVirtualTime()) // a task that holds memory sleeps until everything else waits
	case "ends":
		limits.Time = time.Minute
	}
	enc := json.NewEncoder(os.Stdout)
	var out bytes.Buffer
	stdin, silent := io.Pipe()    // nothing comes of it
	root, err := os.OpenRoot(".") // a folder of its own
	if err != nil {
		panic(err)
	}
	opts = append(opts, builtins.Safe(), interp.WithRoot(root), interp.WithLimits(limits), interp.WithStdio(stdin, &out, &out))
	rt, err := interp.New(opts...)
	if err != nil {
		panic(err)
	}
	for _, pcall := range []bool{false, true} {
		if pcall {
			src = "local pcall = pcall or function(f) f() end for _ = 1, 1000 do pcall(function() " + src + "\nend) end"
		}
		out.Reset()
		over := afterwards(limits.Time)
		start := processorTime()
		_, err = rt.RunString(context.Background(), "=attack", src)
		r := attackReport{Pcall: pcall, Limit: errors.Is(err, interp.ErrLimit), Took: processorTime() - start, Over: over()}
		if err != nil {
			r.Err = fmt.Sprintf("%.200s", err.Error())
		}
		vals, err := rt.RunString(context.Background(), "=next", `t, q = nil local t = {} for i = 1, 1000 do t[i] = i end return 6 * #t`)
		r.Next = fmt.Sprint(vals.Get(1), err)
		if pcall {
			silent.Close()
			if err := rt.Close(); err != nil {
				r.Close = fmt.Sprintf("%.200s", err.Error())
			}
		}
		r.Peak = peakMemory()
		if err := enc.Encode(r); err != nil {
			panic(err)
		}
	}
}

// processorTime is how long the process has run.
func processorTime() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		panic(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// afterwards returns a function that says for how long the process has run since d was over.
func afterwards(d time.Duration) (over func() time.Duration) {
	at := make(chan time.Duration, 1)
	timer := time.AfterFunc(d, func() { at <- processorTime() })
	return func() time.Duration {
		if timer.Stop() {
			return 0
		}
		return processorTime() - <-at
	}
}

// peakMemory is the most memory that the process has had.
func peakMemory() int {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		panic(err)
	}
	_, rest, _ := strings.Cut(string(status), "VmHWM:")
	n, err := strconv.Atoi(strings.Fields(rest)[0])
	if err != nil {
		panic(err)
	}
	return n << 10
}

// Each attack runs in a process of its own: one that gets through takes that with it, and no more.
func TestAttacks(t *testing.T) {
	if testing.Short() || underRace {
		t.Skip("processes for a quarter of a minute, and their memory is measured")
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	for i, a := range attacks {
		t.Run(a.name, func(t *testing.T) {
			t.Parallel()
			// The collector of a machine that has much else to do comes late: what is too much must be so twice.
			if much := attack(t, self, i); much != "" {
				t.Logf("again, for %s", much)
				if much = attack(t, self, i); much != "" {
					t.Error(much)
				}
			}
		})
	}
}

// attack runs an attack in a process of its own. It says what it took too much of.
func attack(t *testing.T, self string, i int) (much string) {
	a := attacks[i]
	ctx, cancel := context.WithTimeout(context.Background(), 60*time.Second)
	defer cancel()
	cmd := exec.CommandContext(ctx, self)
	cmd.Env = append(os.Environ(), attackEnv+"="+strconv.Itoa(i), "GOMAXPROCS=2") // on many processors the collector is later
	cmd.Dir = t.TempDir()
	var out, errw bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errw
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	watched := make(chan bool)
	go func() { watched <- watchMemory(cmd.Process, done) }()
	err := cmd.Wait()
	close(done)
	if killed := <-watched; killed || err != nil {
		t.Fatalf("the process: %v (killed for its memory: %v)\n%.2000s\n%.2000s", err, killed, errw.String(), out.String())
	}
	dec := json.NewDecoder(&out)
	for range 2 {
		var r attackReport
		if err := dec.Decode(&r); err != nil {
			t.Fatalf("no report: %v\n%.2000s", err, errw.String())
		}
		said := fmt.Sprintf("pcall %v: %s, %v, %v too much, %d MB", r.Pcall, r.Err, r.Took.Round(time.Millisecond), r.Over.Round(time.Millisecond), r.Peak>>20)
		t.Log(said)
		switch {
		case !r.Pcall && a.want == "limit" && !r.Limit:
			t.Errorf("no limit was crossed: %s", r.Err)
		case !r.Pcall && a.want == "ends" && r.Err != "":
			t.Errorf("it ended with %s", r.Err)
		}
		if r.Next != "6000 <nil>" {
			t.Errorf("the next run returned %s", r.Next)
		}
		if r.Close != "" && !strings.Contains(r.Close, "limit exceeded") {
			t.Errorf("Close: %s", r.Close)
		}
		if r.Took > attackTime || r.Over > attackOver || a.want == "memory" && !r.Pcall && !strings.Contains(r.Err, "limit exceeded: Memory") || r.Peak > attackMemory {
			much = said
		}
	}
	return much
}

// watchMemory kills a process that takes a GB, and reports whether it has.
func watchMemory(p *os.Process, done <-chan struct{}) bool {
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-done:
			return false
		case <-tick.C:
		}
		statm, err := os.ReadFile(fmt.Sprintf("/proc/%d/statm", p.Pid))
		if err != nil {
			continue // it is gone
		}
		if f := strings.Fields(string(statm)); len(f) > 1 {
			if pages, err := strconv.Atoi(f[1]); err == nil && pages*os.Getpagesize() > 1<<30 {
				_ = p.Kill() // it may be gone
				return true
			}
		}
	}
}
