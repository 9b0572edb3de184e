---@meta lull.core
-- Core builtins: globals of every Lull script.
--
-- Units: every time is in seconds, fractions are fine. A builtin marked @async is a checkpoint: it raises if its task has
-- been cancelled, and lets other tasks run while it waits. It works anywhere: in pcall, a coroutine, a metamethod, a sort.

---Something to wait for: a task, a job (what an `async` function returns), a plain function, or a coroutine that has not started.
---@alias awaitable task|job|function|thread

---A call that has not started: what an `async` function returns. It runs once; using it twice is an error.
---@class job
local job = {}

---Starts `x` as a new task, soon: it first runs at the spawner's next checkpoint. Nobody owns the task: no deadline over the spawner stops it.
---An error of it that nobody awaits is reported on standard error, and ends the script with status 1.
---
---```lua
---local t = spawn(function(name) sleep(1) return "hello " .. name end, "Lull")
---print(await(t)) --> hello Lull
---```
---@param x awaitable what to run; a task is returned as it is
---@param ... any arguments for a function or a coroutine
---@return task t the new task
function spawn(x, ...) end

---Makes an async function of `fn`: calling it returns a job, which has not started. Give the job to `await`, `gather`, `wait_for`...
---A job that is never started is work that was not done: it is reported on standard error when the script ends, with the line of the call, and the exit status is 1.
---
---```lua
---local fetch = async(function(n) sleep(n) return n end)
---print(gather(fetch(2), fetch(1))) --> 2	1
---```
---@param fn function
---@return fun(...): job
function async(fn) end

---Waits for an awaitable and returns all its values, or raises its error. A function, job or coroutine runs in the caller's own task;
---a task is only waited for: cancelling the waiter leaves it alone. Awaiting a cancelled task raises an error of kind `cancelled`; awaiting oneself is an error.
---
---```lua
---print(await(spawn(sleep, 1, "slept"))) --> slept
---```
---@async
---@param x awaitable
---@return any ...
function await(x) end

---Waits `seconds`, and returns `value`. Zero or less just lets others run; `math.huge` waits until cancelled and is no timer; NaN is an error.
---A finite wait, here and wherever seconds are given, ends with the clock at the latest, 292 years after its start; in virtual time the run ends there with an error of kind `limit`, which no `pcall` catches.
---
---```lua
---local start = now()
---print(sleep(1.5, "done"), now() - start) --> done	1.5
---```
---@async
---@generic T
---@param seconds number
---@param value? T
---@return T value
function sleep(seconds, value) end

---Loop time: seconds, monotonic, a float, read from the clock at each call. Only differences mean something.
---
---```lua
---local start = now()
---sleep(2)
---print(now() - start) --> 2
---```
---@return number seconds
function now() end

---Runs awaitables concurrently and returns the first value of each, in argument order: as several values, or for the form `gather{...}` as a list (with `n`).
---The first error cancels the others, waits until they have unwound, and is raised; further errors are in `err.others`. A member that is cancelled from outside counts as an error of kind `cancelled`.
---The task of a function or coroutine is named after its place: `gather[2]`.
---With `gather{..., return_exceptions = true}` nothing is cancelled: an error value stands in the place of each that failed, and a second table has those alone, by index.
---
---```lua
---local function job(n) return function() sleep(n) return n end end
---print(gather(job(2), job(1))) --> 2	1
---local list, errs = gather { job(1), function() error("broken", 0) end, return_exceptions = true }
---print(list[1], tostring(list[2]), errs[2] == list[2]) --> 1	broken	true
---```
---@async
---@param ... awaitable
---@return any ...
---@overload fun(list: awaitable[]): any[], table<integer, error>?
function gather(...) end

---The first to end decides: its first value and its index are returned, or its error is raised. The others are cancelled and have unwound first. At least one is needed. Tasks are named as those of `gather`.
---
---```lua
---print(race(function() return sleep(2, "slow") end, function() return sleep(1, "fast") end)) --> fast	2
---```
---@async
---@param ... awaitable
---@return any value
---@return integer index
---@overload fun(list: awaitable[]): any, integer
function race(...) end

---Waits at most `seconds` for `x` and returns all its values. On time-out `x` is cancelled, has unwound, and an error of kind `timeout` is raised; an error that `x` raises while unwinding is raised instead.
---A function, job or coroutine runs in the caller's own task under the deadline; a task is owned: it is cancelled with the waiter. `nil` means no limit. With zero or less nothing is started (the job counts as used), a running task is cancelled, and one that has ended gives its values; NaN is an error.
---It also stops a loop that computes and never reaches a checkpoint.
---
---```lua
---local ok, err = pcall(wait_for, function() sleep(3600) end, 1)
---print(ok, err.kind) --> false	timeout
---print(wait_for(function(a, b) return a + b end, 1, 40, 2)) --> 42
---```
---@async
---@param x awaitable
---@param seconds number|nil
---@param ... any arguments for a function or a coroutine
---@return any ...
function wait_for(x, seconds, ...) end

---Waits for `x`; if the waiter is cancelled only the waiter unwinds, at once: `x` runs on to its end, and the script waits for it. Where the run is cut short (Ctrl-C, `stop`, main's error) `x` has the grace period of 5 seconds.
---
---```lua
---pcall(wait_for, function() shield(function() sleep(2) print("saved") end) end, 1)
---print("gave up") --> gave up
-----> saved
---```
---@async
---@param x awaitable
---@param ... any arguments for a function or a coroutine
---@return any ...
function shield(x, ...) end

---A group of tasks that ends as one; it never leaks a task.
---@class group
local g = {}

---Starts `x` as a child of the group. After the end of the group it is an error.
---
---```lua
---group(function(g)
---  g:spawn(function() sleep(1) print("child") end)
---  print("body")
---end) --> body
-----> child
---```
---@param x awaitable
---@param ... any arguments for a function or a coroutine
---@return task t
function g:spawn(x, ...) end

---Cancels the rest of the group, its function included. It is no failure: `group` returns its function's values if that had returned, else nothing.
---
---```lua
---group(function(g)
---  g:spawn(sleep, 3600)
---  g:cancel("enough")
---end)
---print(now()) --> 0
---```
---@param reason? string part of the cancellation's message
function g:cancel(reason) end

---Calls `fn(g)` in the caller's task, and returns its values when `fn` and every child that `g:spawn(x, ...)` started have ended. The first error cancels the rest, `fn` included, and is raised with `err.others`. A child that is cancelled on its own is no failure.
---
---```lua
---group(function(g)
---  for i = 1, 3 do g:spawn(function() sleep(i) print(i) end) end
---end)
---print("all done") --> 1
-----> 2
-----> 3
-----> all done
---```
---@async
---@param fn fun(g: group): ...
---@return any ...
function group(fn) end

---Runs `body()`, then always `cleanup(ok, err)`: on return, on error, and on cancellation (then `err.kind == "cancelled"`). In `cleanup` checkpoints work even while the task is being cancelled, for `grace` seconds (default 5; the host may bound it), counted from its start or, if later, the cancellation. Where the task is cancelled already, `cleanup` alone runs.
---Returns `body`'s values, or raises its error. If `cleanup` raises, that error is raised, with `body`'s as `err.cause`.
---
---```lua
---pcall(wait_for, function()
---  finally(function() sleep(60) end, function(ok, err) sleep(1) print(ok, err.kind) end)
---end, 1) --> false	cancelled
---```
---@async
---@param body fun(): ...
---@param cleanup fun(ok: boolean, err: any)
---@param grace? number seconds
---@return any ...
function finally(body, cleanup, grace) end

---Ends the run: it returns, and at every task's next checkpoint that task is cancelled and unwound. The first of several `stop` and `os.exit` decides the status.
---
---```lua
---spawn(function() sleep(1) print(42) end)
---stop()
---print("stopping") --> stopping
---```
---@param code? integer exit status, 0 to 255; 0 if absent
function stop(code) end

---A value as the REPL shows it, as a string: strings quoted, tables with what is in them, what has a `__tostring` as that says. A value that is long, deep or in itself is cut, and says so.
---
---```lua
---print(show { 1, "two", list = { x = 0.5 } }) --> {1, "two", list = {x = 0.5}}
---```
---@param v any
---@return string text
function show(v) end
