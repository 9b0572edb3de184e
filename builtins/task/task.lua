---@meta lull.task
-- Tasks: their methods, and the table `task`.

---A task: one function on its way. A task is one value: `task.current() == t`, and it serves as a table key. `tostring(t)` gives its name, its state and where it waits.
---@class task
local t = {}

---Cancels the task at its current or next checkpoint. A cancellation is no error: `pcall` does not catch it, only `finally` sees it.
---
---```lua
---local t = spawn(sleep, 3600)
---print(t:cancel(), t:cancelled()) --> true	false
---t:join()
---print(t:cancelled()) --> true
---```
---@param reason? string part of the message; the first reason stays
---@return boolean cancelled true if the task had not ended yet
function t:cancel(reason) end

---As `await(t)`: waits until the task has ended and returns its values, or raises its error.
---
---```lua
---local t = spawn(function() sleep(1) return "a", "b" end)
---print(t:await()) --> a	b
---```
---@async
---@return any ...
function t:await() end

---Waits until the task has ended. It raises nothing of it, and does not count as awaiting.
---
---```lua
---local t = spawn(sleep, 3600)
---t:cancel()
---t:join() -- raises nothing
---print(t:done()) --> true
---```
---@async
function t:join() end

---Whether the task has ended.
---
---```lua
---local t = spawn(sleep, 1)
---print(t:done(), sleep(2, t):done()) --> false	true
---```
---@return boolean
function t:done() end

---Whether the task was ended by its cancellation.
---
---```lua
---local t = spawn(sleep, 3600)
---t:cancel()
---t:join()
---print(t:cancelled()) --> true
---```
---@return boolean
function t:cancelled() end

---The task's values; raises its error, or that it has not ended.
---
---```lua
---local t = spawn(function() return 42 end)
---t:join()
---print(t:result()) --> 42
---```
---@return any ...
function t:result() end

---Nil unless the task failed or was cancelled: then an error value, or what was raised.
---
---```lua
---local t = spawn(sleep, 3600)
---t:cancel()
---t:join()
---print(t:error().kind) --> cancelled
---```
---@return any err
function t:error() end

---The task's name: the one it was given, or where its function was defined.
---
---```lua
---local t = spawn(sleep, 1)
---print(t:name(), t:name("nap"), t:name()) --> sleep	nap	nap
---```
---@param new? string
---@return string name
function t:name(new) end

---The task's number, from 1.
---
---```lua
---print(task.current():id()) --> 1
---```
---@return integer
function t:id() end

---Where the task is now, and where it was spawned.
---
---```lua
---local t = spawn(function() sleep(1) end)
---sleep(0)
---print(t:traceback():match("in function 'sleep'")) --> in function 'sleep'
---```
---@return string
function t:traceback() end

---@class tasklib
task = {}

---The running task.
---
---```lua
---print(task.current():name()) --> main
---```
---@return task
function task.current() end

---A list of the tasks that have not ended, oldest first.
---
---```lua
---spawn(sleep, 1)
---print(#task.all()) --> 2
---```
---@return task[]
function task.all() end

---@class task.map_options
---@field limit? integer how many run at once; all if absent
---@field return_exceptions? boolean as for `gather`
---@field name? fun(item: any, index: integer): string? what the task of an item is called; it is asked in that task
---@field progress? boolean|bar counts the items that are done: `true` shows a bar, or it is one of `progress.bar`

---Runs `fn(item, index)` for each item, at most `opts.limit` at once, and returns a list (with `n`) of the first values, in order. A function in Go, such as `read`, gets the item alone. Fails, and is cancelled, as `gather` does, and takes `return_exceptions` as it does.
---The tasks are named after their items, where these are strings or numbers, else `map[7]`. A table without items but with other keys is a bad argument.
---
---```lua
---local doubled = task.map({ 1, 2, 3 }, function(n) sleep(1) return 2 * n end, { limit = 2 })
---print(table.concat(doubled, " "), now() >= 2) --> 2 4 6	true
---```
---@async
---@generic T
---@param items T[]
---@param fn fun(item: T, index: integer): any
---@param opts? task.map_options
---@return any[] values
---@return table<integer, error>? errors with `return_exceptions`
function task.map(items, fn, opts) end

---@class task.each_options
---@field limit? integer how many run at once: 16; `math.huge`: all
---@field name? fun(item: any, index: integer): string? what the task of an item is called; it is asked in that task

---Runs `fn(item)` for each item of a list, an iterator (called as `for` calls it) or a queue (until it is closed and empty), at most `opts.limit` at once. It takes the next item when a place is free and keeps no results, so that a stream of any length takes the memory of the tasks that run. Fails, and is cancelled, as `task.map` does: an item of a queue whose task had not begun goes back.
---The tasks are named after their items, where these are strings or numbers, else `each[7]`.
---
---```lua
---local text = "alpha beta gamma"
---task.each(text:gmatch("%a+"), function(word) sleep(1) print(word, now()) end, { limit = 2 }) --> alpha	1
-----> beta	1
-----> gamma	2
---```
---@async
---@param source any[]|fun(): any|queue
---@param fn fun(item: any)
---@param opts? task.each_options
function task.each(source, fn, opts) end

---Starts them all, and returns an iterator over the tasks in order of finishing.
---
---```lua
---local function job(n) return function() return sleep(n, n) end end
---for t in task.as_completed { job(2), job(1) } do print(t:result()) end --> 1
-----> 2
---```
---@async
---@param list awaitable[]
---@return fun(): task?
function task.as_completed(list) end

---The first to succeed decides: its first value and its index are returned; the others are cancelled and have unwound first. If all fail, the first error is raised, with `err.others`. At least one is needed.
---
---```lua
---print(task.any { function() error("down") end, function() return sleep(1, "up") end }) --> up	2
---```
---@async
---@param list awaitable[]
---@return any value
---@return integer index
function task.any(list) end

---As `wait_for`, but its own time-out is no error: returns `true` and the values of `x`, or `false`. Any other error, a time-out from inside included, is raised.
---
---```lua
---print(task.move_on_after(sleep, 1, 60)) --> false
---print(task.move_on_after(sleep, 60, 1, "slept")) --> true	slept
---```
---@async
---@param x awaitable
---@param seconds number|nil
---@param ... any arguments for a function or a coroutine
---@return boolean in_time
---@return any ...
function task.move_on_after(x, seconds, ...) end

---@class task.retry_options
---@field attempts? number how often at most: 3; `math.huge`: for ever
---@field delay? number seconds before the second attempt: 1
---@field factor? number by which the delay grows: 2
---@field max_delay? number seconds: 60
---@field jitter? number 0; 0.1 is plus or minus 10 %
---@field timeout? number seconds for each attempt; none if absent
---@field when? fun(err: any): boolean false: give up

---Calls `fn(attempt)`, or `fn(...)` where there are further arguments, until it succeeds, and returns its values; raises the last error. A cancellation is never retried.
---
---```lua
---print(task.retry(function(n) if n < 3 then error("no") end return n end)) --> 3
---local ok, err = pcall(task.retry, read, { attempts = 2, delay = 5 }, "/no/such/file")
---print(ok, err.code) --> false	ENOENT
---```
---@async
---@param fn fun(...): ...
---@param opts? task.retry_options
---@param ... any what each attempt is given, instead of its number
---@return any ...
function task.retry(fn, opts, ...) end

---Calls `fn` at once and again on each beat: no drift, no overlap, beats that were missed are skipped. Returns when `fn` returns `false`; where it returns something else than true, false or nothing, a warning says once that only false ends it.
---
---```lua
---local n = 0
---task.every(10, function() n = n + 1 print(n) return n < 2 end) --> 1
-----> 2
---```
---@async
---@param seconds number
---@param fn fun(): boolean?
function task.every(seconds, fn) end

---A `spawn` nobody waits for: when the script ends it is cancelled and unwound. Its error counts like any other.
---
---```lua
---task.daemon(function() while true do sleep(1) print("tick") end end)
---sleep(1.5) --> tick
---```
---@param x awaitable
---@param ... any arguments for a function or a coroutine
---@return task t
function task.daemon(x, ...) end
