---@meta lull.parallel
-- Functions that run on all cores: the table `parallel`. Each runs in an isolate, which is a runtime of its own, with globals, tasks and a
-- loop of its own, and the same grants. Isolates run at the same time; in virtual time one after the other, on one clock.
--
-- Values are copied when a call is made: nil, booleans, numbers, strings (shared, so of any size for nothing), tables with their metatables, error values,
-- and functions of Lua. Sharing and circles within one call stay. With a function go its upvalues, and the globals that its code, or that
-- of a function which it holds, names and the script has set; assignments on one side are never seen on the other. Builtins and modules that
-- were required go by their names; a channel is passed as it is. Anything else (tasks, coroutines, files, the objects of `sync`) is an error before anything has
-- started, which says where it is.

---@class parallel
parallel = {}

---@class parallel.map_options
---@field limit? number how many run at once, at most (`parallel.cores()`; in virtual time all)
---@field return_exceptions? boolean cancel nothing: an error value stands in the place of each that failed, and a second table has those alone, by index
---@field name? fun(item: any, index: integer): string? what an item's main task is called
---@field progress? boolean|bar a bar, or true for one
---@field setup? fun(): any runs once in each isolate, which then works on one item after the other: `fn` gets what it returned as its third argument

---A queue that lives in several isolates; see `parallel.channel`.
---@class channel
local ch = {}

---Adds a copy of a value; waits while the channel is full, and where its `max` is 0 until somebody gets. On a closed channel it raises an error of kind `closed`. `nil` is an error.
---
---```lua
---local ch = parallel.channel(1)
---spawn(parallel.run, function() ch:put { "from", "there" } end)
---print(unpack(ch:get())) --> from	there
---```
---@async
---@param value any
function ch:put(value) end

---Takes the first value; waits while there is none, for at most `timeout` seconds (without it as long as it takes; with zero or less not at all). Nil when the channel is closed and drained; nil and `"timeout"` when the time is over.
---
---```lua
---local ch = parallel.channel()
---spawn(parallel.run, function() sleep(2) ch:put("late") end)
---print(ch:get(1)) --> nil	timeout
---print(ch:get()) --> late
---```
---@async
---@param timeout? number seconds
---@return any v
---@return "timeout"? why
function ch:get(timeout) end

---Adds a copy of a value unless that would wait.
---
---```lua
---local ch = parallel.channel(1)
---print(ch:try_put("a"), ch:try_put("b")) --> true	false
---```
---@param value any
---@return boolean added
function ch:try_put(value) end

---Takes the first value; nil when there is none. A channel whose `max` is 0 holds none: what a `put` brings that waits is for `get`.
---
---```lua
---local ch = parallel.channel(2)
---ch:put("a")
---print(ch:try_get(), ch:try_get()) --> a	nil
---```
---@return any v
function ch:try_get() end

---Closes the channel, for all isolates: getters drain what is left, then get nil; putters get an error of kind `closed`. Closing twice does nothing.
---
---```lua
---local ch = parallel.channel(1)
---ch:put("last")
---ch:close()
---print(ch:get(), ch:get(), pcall(ch.put, ch, "more")) --> last	nil	false	example:4: put: the channel is closed
---```
function ch:close() end

---Whether the channel is closed; there may be items left.
---
---```lua
---local ch = parallel.channel()
---ch:close()
---print(ch:closed()) --> true
---```
---@return boolean
function ch:closed() end

---The number of items in the channel.
---
---```lua
---local ch = parallel.channel(10)
---ch:put("a")
---print(ch:size()) --> 1
---```
---@return integer
function ch:size() end

---An iterator that gets until the channel is closed and empty. Any number of tasks of any isolates may have one: each item goes to one of them.
---
---```lua
---local ch = parallel.channel(3)
---for i = 1, 3 do ch:put(i) end
---ch:close()
---for v in ch:items() do print(v) end
-----> 1
-----> 2
-----> 3
---```
---@async
---@return fun(): any
function ch:items() end

---Runs `fn(...)` in a new isolate and returns its values. `fn` may be the path of a script: that gets the arguments as `...`, and what its main chunk returns is returned.
---
---An error arrives as it was raised, and its traceback goes on with `[isolate of 'run']` and the caller's. Cancelled, or timed out, it ends the isolate with its cleanups, after 50 ms of computing too, and returns when that has closed. `os.exit` and `stop` in there end the isolate: an error of kind `error`, `isolate ended with status n`.
---
---```lua
---local function fib(n) return n < 2 and n or fib(n - 1) + fib(n - 2) end
---print(parallel.run(fib, 20)) --> 6765
---```
---@async
---@param fn function | string
---@param ... any arguments
---@return any ...
function parallel.run(fn, ...) end

---Calls `fn(item, index)` for each item of a list, each in an isolate of its own, and returns a list (with `n`) of the first values, in order. Neither the results nor which error is raised depend on the number of cores.
---
---The first error by index is raised, the one that a loop would have raised, once the items behind it have been cancelled and unwound and those before it have ended; further errors are on it as `err.others`. `math.random` gives each item numbers of its own, the same in every run.
---
---```lua
---local squares = parallel.map({ 1, 2, 3 }, function(n) return n * n end)
---print(unpack(squares)) --> 1	4	9
---```
---@async
---@param items any[]
---@param fn fun(item: any, index: integer, ctx: any): any
---@param opts? parallel.map_options
---@return any[] results
---@return table<integer, any>? errors with `return_exceptions`
function parallel.map(items, fn, opts) end

---Makes a queue that may be sent to other isolates, as an argument, an upvalue or an item of another channel. It is fair, first come, first served, and an item is had once, whoever gets it. With a `max` of 0 a `put` waits for the getter. A table of options has `max` and a `name` of at most 200 bytes, which messages, deadlocks and lists of tasks show.
---
---```lua
---local ch = parallel.channel { max = 2, name = "numbers" }
---print(ch) --> channel 'numbers': 0 of 2
---```
---@param max? integer | { max?: integer, name?: string } 0
---@return channel
function parallel.channel(max) end

---How many isolates compute at once, at most; `--cores N` sets it. One that waits does not count.
---
---```lua
---print(parallel.cores() >= 1) --> true
---```
---@return integer
function parallel.cores() end
