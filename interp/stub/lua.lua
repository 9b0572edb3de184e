---@meta lull.lua
-- Lua's own library, where it differs or waits: what Lull has otherwise than Lua 5.1's manual, or beyond it. Everything else is as in
-- the manual. Editors know Lua's library themselves, so that this file is not written by `lull stubs`.

---Where `os` differs: a command is waited for while other tasks go on, and the clock may be virtual.
---@class os
os = {}

---Runs a command in the system's shell and waits until it has ended; other tasks go on meanwhile. Returns its status as in Lua 5.1 (0 if it went well), then `"exit"` and the exit code, or `"signal"` and the signal that ended it. The command may use the terminal.
---If the task is cancelled the command gets SIGTERM, 2 s later SIGKILL, and is waited for.
---Without a command it says whether there is a shell: 1 if so.
---
---```lua
---print(os.execute("exit 0")) --> 0	exit	0
---print(select(2, os.execute("exit 3"))) --> exit	3
---```
---@async
---@param command? string
---@return integer status
---@return string how `"exit"` or `"signal"`
---@return integer code
function os.execute(command) end

---Ends the script with a status: every task is cancelled and unwound, its `finally` cleanups run, what was printed is written. A program that embeds Lull is not ended. Nothing catches it.
---
---```lua
---finally(function()
---  os.exit(0)
---end, function() print("cleanup") end) --> cleanup
---```
---@param code? integer|boolean 0 if left out; `true` is 0, `false` 1. As in C the last byte of it is the status (`-1` is 255), but where that is 0 and the code is not, as 256 is, which `os.execute` returns of a command that failed, the status is 1
function os.exit(code) end

---The time in seconds since 1970, as in Lua 5.1; in virtual time it follows the virtual clock, which starts at 2000-01-01 00:00:00 UTC.
---With a table it is the local time of these fields; in an hour that the clock skips it goes forward.
---
---```lua
---print(os.time()) --> 946684800
---sleep(60)
---print(os.time()) --> 946684860
---```
---@param fields? table `year`, `month`, `day`, and `hour` (12), `min`, `sec`, `isdst`
---@return integer
function os.time(fields) end

---A date as text, or with `"*t"` as a table; as in Lua 5.1, but in virtual time of the virtual clock.
---
---```lua
---print(os.date("!%Y-%m-%d %H:%M:%S", 0)) --> 1970-01-01 00:00:00
---```
---@param format? string as of C's strftime; with `!` at its beginning in UTC
---@param time? number the present if left out
---@return string|table
function os.date(format, time) end

---Processor time in seconds, of the whole process. For how long something took, waiting included, see `now`.
---
---```lua
---print(os.clock() >= 0) --> true
---```
---@return number
function os.clock() end

---Removes a file, or an empty folder, as in Lua 5.1; other tasks run meanwhile.
---
---```lua
---print(os.remove("/no/such/file")) --> nil	/no/such/file: No such file or directory	2
---```
---@async
---@param path string
---@return boolean? ok
---@return string? message
---@return integer? code
function os.remove(path) end

---Gives a file another name, as in Lua 5.1; other tasks run meanwhile.
---
---```lua
---print(os.rename("/no/such/file", "/no/such/place")) --> nil	/no/such/file: No such file or directory	2
---```
---@async
---@param from string
---@param to string
---@return boolean? ok
---@return string? message
---@return integer? code
function os.rename(from, to) end

---The name of a new empty file in the system's folder for such, as in Lua 5.1. The script is to remove it.
---
---```lua
---local path = os.tmpname()
---print(read(path) == "", os.remove(path)) --> true	true
---```
---@async
---@return string path
function os.tmpname() end

---Where `io` differs: whatever waits for a file, a pipe or standard input lets other tasks run, and is given up when its task is cancelled.
---@class io
io = {}

---Reads from standard input, or what `io.input` has set, as in Lua 5.1; other tasks run meanwhile. Cancelled, what it would have read stays for the next.
---
---```lua
---print(io.read()) --> nil
---```
---@async
---@param ... any `"*l"` (a line, if left out), `"*a"`, `"*n"`, or a number of bytes
---@return string|number|nil ...
function io.read(...) end

---Goes through the lines of a file, or of standard input, as in Lua 5.1; other tasks run while one is read.
---
---```lua
---for line in io.lines("/dev/null") do print(line) end
---print("none") --> none
---```
---@async
---@param path? string
---@return fun(): string|nil
function io.lines(path) end

---Opens a file, as in Lua 5.1; opening a FIFO waits for the other side, and other tasks run. Returns nil, a message and the system's number where that fails.
---
---```lua
---print(io.open("/no/such/file")) --> nil	/no/such/file: No such file or directory	2
---```
---@async
---@param path string
---@param mode? string `"r"`, `"w"` or `"a"`, with `"+"` or `"x"` behind it
---@return file? f
---@return string? message
---@return integer? code
function io.open(path, mode) end

---Starts a command in the system's shell and returns a file: of what it prints, or with `"w"` of what it reads. `close` waits for its end.
---
---```lua
---local p = io.popen("echo hello")
---print(p:read()) --> hello
---print(p:close()) --> true	exit	0
---```
---@async
---@param command string
---@param mode? string `"r"` or `"w"`
---@return file? f
---@return string? message
---@return integer? code
function io.popen(command, mode) end

---Writes to standard output, or what `io.output` has set, as in Lua 5.1. Its text and that of `print` go out whenever no task is ready, before anything on standard error, and at the end.
---
---```lua
---io.write("a", 1, "\n") --> a1
---```
---@param ... string|number
---@return boolean? ok
---@return string? message
---@return integer? code
function io.write(...) end

---Reads from another file from now on, where `io.read` and `io.lines` are given none; without an argument returns that file.
---
---```lua
---io.input("/dev/null")
---print(io.read()) --> nil
---```
---@async
---@param file? string|file
---@return file f
function io.input(file) end

---Writes to another file from now on, where `io.write` does; without an argument returns that file.
---
---```lua
---print(io.output() == io.stdout) --> true
---```
---@async
---@param file? string|file
---@return file f
function io.output(file) end

---Writes out what `io.write` has written and is still in a buffer; a pipe that is full is waited for.
---
---```lua
---print((io.flush())) --> true
---```
---@async
---@return boolean? ok
---@return string? message
---@return integer? code
function io.flush() end

---Closes a file, or the one that `io.write` writes to: see `file:close`.
---
---```lua
---print((io.close(io.open("/dev/null")))) --> true
---```
---@async
---@param f? file
---@return boolean? ok
---@return string? how
---@return integer? code
function io.close(f) end

---A new file that is open for reading and writing, and is gone when it is closed.
---
---```lua
---print(io.type(io.tmpfile())) --> file
---```
---@async
---@return file? f
---@return string? message
---@return integer? code
function io.tmpfile() end

---A file as `io.open` and `io.popen` return it. Its methods are those of Lua 5.1; these may wait.
---@class file
local f = {}

---Reads, as `io.read`; other tasks run meanwhile.
---
---```lua
---local f = io.open("/dev/null")
---print(f:read("*a") == "") --> true
---```
---@async
---@param ... any `"*l"`, `"*a"`, `"*n"`, or a number of bytes
---@return string|number|nil ...
function f:read(...) end

---Goes through the lines that are left.
---
---```lua
---for line in io.open("/dev/null"):lines() do print(line) end
---print("none") --> none
---```
---@async
---@return fun(): string|nil
function f:lines() end

---Writes; a pipe that is full is waited for. Returns true, or nil, a message and the system's number.
---
---```lua
---print((io.open("/dev/null", "w"):write("x"))) --> true
---```
---@async
---@param ... string|number
---@return boolean? ok
---@return string? message
---@return integer? code
function f:write(...) end

---Closes the file. A process is waited for, and then it returns true, or nil if the command failed, then `"exit"` or `"signal"` and the code.
---
---```lua
---print(io.popen("exit 2"):close()) --> nil	exit	2
---```
---@async
---@return boolean? ok
---@return string? how
---@return integer? code
function f:close() end

---Writes out what is still in a buffer; a pipe that is full is waited for.
---
---```lua
---print((io.open("/dev/null", "w"):flush())) --> true
---```
---@async
---@return boolean? ok
---@return string? message
---@return integer? code
function f:flush() end

---Moves to another place in the file, as in Lua 5.1, and returns it, in bytes from the beginning.
---
---```lua
---print(io.open("/dev/null"):seek("end")) --> 0
---```
---@async
---@param whence? string `"set"`, `"cur"` (if left out) or `"end"`
---@param offset? integer
---@return integer? place
---@return string? message
---@return integer? code
function f:seek(whence, offset) end

---Says when what is written goes out, as in Lua 5.1; what is in the buffer goes out now where that may no longer stay.
---
---```lua
---print((io.open("/dev/null", "w"):setvbuf("no"))) --> true
---```
---@async
---@param mode string `"no"`, `"line"` or `"full"`
---@param size? integer is taken, and means nothing
---@return boolean? ok
function f:setvbuf(mode, size) end

---Where `coroutine` differs: a coroutine may yield across `pcall`, metamethods, iterators, `table.sort` and `gsub`, and wait in a builtin, which waits for its task. A coroutine that has not started can be given to `await`, `gather`, `spawn`.
---@class coroutine
coroutine = {}

---Ends a coroutine that is suspended: its `finally` cleanups run. Returns true, or false and the error of a cleanup. A coroutine that is dropped has no cleanups run.
---
---```lua
---local co = coroutine.create(function() finally(coroutine.yield, function() print("cleanup") end) end)
---coroutine.resume(co)
---print(coroutine.close(co)) --> cleanup
---print(coroutine.status(co)) --> true
--- --> dead
---```
---@param co thread
---@return boolean ok
---@return any err
function coroutine.close(co) end

---Whether `coroutine.yield` is possible here: not in the main chunk, nor in a task's own function.
---
---```lua
---print(coroutine.isyieldable(), coroutine.wrap(function() return coroutine.isyieldable() end)()) --> false	true
---```
---@return boolean
function coroutine.isyieldable() end

---Where `table` has more than in Lua 5.1.
---@class table
table = {}

---The arguments as a list, with their number in `n`.
---
---```lua
---print(table.pack("a", nil, "c").n) --> 3
---```
---@param ... any
---@return table list
function table.pack(...) end

---The values of a list, as the global `unpack`.
---
---```lua
---print(table.unpack({ 1, 2, 3 }, 2)) --> 2	3
---```
---@param list table
---@param from? integer 1 if left out
---@param to? integer `#list` if left out
---@return any ...
function table.unpack(list, from, to) end

---Where `string` has more than in Lua 5.1. Zero bytes are bytes like others, `%f[set]` is a pattern, and `%s` of `format` takes any value.
---@class string
string = {}

---`s`, `n` times, with `sep` between.
---
---```lua
---print(("ab"):rep(3, "-")) --> ab-ab-ab
---```
---@param s string
---@param n integer
---@param sep? string
---@return string
function string.rep(s, n, sep) end

---Where `math` differs: random numbers are the same in every run, until `math.randomseed` is called.
---@class math
math = {}

---Random numbers, as in Lua 5.1: the same in every run, unless `math.randomseed` is called, with the time for one.
---
---```lua
---local n = math.random(6)
---print(n >= 1 and n <= 6) --> true
---```
---@param from? integer 1 if only `to` is given
---@param to? integer
---@return number
function math.random(from, to) end

---Calls a function, and returns true and its values, or false and what it raised, as in Lua 5.1. It may wait. A cancellation is no error, and goes through it: see `finally`.
---
---```lua
---print(pcall(error, "oops", 0)) --> false	oops
---```
---@param f function
---@param ... any its arguments
---@return boolean ok
---@return any ...
function pcall(f, ...) end

---As `pcall`; `handler` gets what was raised, where it was raised. Arguments for `f` may follow.
---
---```lua
---print(xpcall(function(n) error(n .. " apples", 0) end, string.upper, 3)) --> false	3 APPLES
---```
---@param f function
---@param handler function
---@param ... any arguments of `f`
---@return boolean ok
---@return any ...
function xpcall(f, handler, ...) end

---Loads a module once and returns what it returned. Modules are found beside the script, in `lua_modules` there and in the working folder, or where `LUA_PATH` says; `package.path` has it all. A module may wait while it loads: other tasks that require it wait for it. Modules in C cannot be loaded.
---
---```lua
---package.preload.answer = function() return 42 end
---print(require("answer")) --> 42
---```
---@async
---@param name string
---@return any module
function require(name) end

---Compiles a file, or standard input, and returns its function, as in Lua 5.1; other tasks run while it is read.
---
---```lua
---print(loadfile("/no/such/file")) --> nil	cannot open /no/such/file: No such file or directory
---```
---@async
---@param path? string
---@return function? f
---@return string? message
function loadfile(path) end

---Runs a file, or standard input, as in Lua 5.1, and returns what it returns; other tasks run while it is read.
---
---```lua
---print(pcall(dofile, "/no/such/file")) --> false	cannot open /no/such/file: No such file or directory
---```
---@async
---@param path? string
---@return any ...
function dofile(path) end

---Compiles a chunk: of a string, as LuaJIT does, or of what a function returns piece by piece. Binary chunks are refused. A syntax error says what to write.
---
---```lua
---print(load("return x", "=c", "t", { x = 1 })()) --> 1
---print(load("x += 1", "=c")) --> nil	c:1: '=' expected (Lua has no +=: write x = x + ...) near '+'
---```
---@param chunk string|function
---@param name? string for messages
---@param mode? string `"t"`: text
---@param env? table its globals
---@return function? f
---@return string? message
function load(chunk, name, mode, env) end

---Prints values with tabs between, as in Lua 5.1. It writes to a buffer: see `io.write`.
---
---```lua
---print("a", 1, nil) --> a	1	nil
---```
---@param ... any
function print(...) end

---Numbers as in Lua 5.1, but whole ones below 2^63 with all their digits.
---
---```lua
---print(tostring(0.1 + 0.2), tostring(2 ^ 53)) --> 0.3	9007199254740992
---```
---@param v any
---@return string
function tostring(v) end
