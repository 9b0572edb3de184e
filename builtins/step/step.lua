---@meta lull.step
-- The table `step`: parts of a script that are done once, over kills and crashes.

---Parts of a script that are done once in the life of a run. `lull --journal state.db job.lua` records what each `step` has returned, on the disk; started again after a crash, a kill or a loss of power, with the same arguments, the script goes on where it was. Without a journal `step` calls its function and records nothing.
---
---`step(name, fn, opts)` returns the recorded values, if the run has a record of that name. Otherwise it calls `fn(s)` in the caller's task, records what that returns, and returns it. `s.key` is a text that is the same at every attempt, and another for each step and run: an idempotency key for what is asked of others. A step whose call has returned is never run again in its run. One that has not returned may have happened, in part or whole, and is run again; with `once` it is not.
---
---Each step has a name of its own in the run: the same name a second time is an error, unless the first raised. Values are nil, booleans, numbers, strings and tables of these, without metatables, 16 MB a step; anything else is an error, raised after `fn` has run. An error of `fn`, and a cancellation, is raised and not recorded: the next attempt calls it again. Steps may be inside others, and in isolates of `parallel`.
---
---```lua
---local id = step("create", function(s) return { id = 7, key = #s.key } end)
---print(id.id, id.key) --> 7	32
---```
---@class step
---@overload fun(name: string, fn: fun(s: step.handle), opts?: step.options): any
step = {}

---The argument of a step's function.
---@class step.handle
---@field key string the same at every attempt, and another for each step and run
local handle = {}

---How a step is done.
---@class step.options
---@field once? boolean the start is recorded as well: a step that was begun and has not ended is not run again, but raises kind `interrupted` (default false)
---@field version? number a record of another version counts for nothing (default none)
local options = {}

---@class step.done_options
---@field version? number of the step (default none)
local doneOptions = {}

---Waits until `s` seconds after the first call of that name in the run. Its name is one of the steps'.
---
---```lua
---step.sleep("a day later", 86400)
---print(now()) --> 86400
---```
---@async
---@param name string
---@param s number
function step.sleep(name, s) end

---Waits until the time `t`, in seconds since 1970, as the first call of that name in the run had it. Its name is one of the steps'.
---
---```lua
---step.till("the new year", time.now() + 60)
---print(now()) --> 60
---```
---@async
---@param name string
---@param t number
function step.till(name, t) end

---Whether the run has a record that the step has ended. A `step.sleep` or `step.till` is recorded when it begins.
---
---```lua
---print(step.done("create")) --> false
---```
---@param name string
---@param opts? step.done_options
---@return boolean
function step.done(name, opts) end

---Removes a step's record, and frees its name: it can be run again. Returns whether there was one. A step that is under way is an error.
---
---```lua
---print(step.forget("create")) --> false
---```
---@async
---@param name string
---@return boolean
function step.forget(name) end

---The run's name; nil without a journal.
---
---```lua
---print(step.run()) --> nil
---```
---@return string?
function step.run() end
