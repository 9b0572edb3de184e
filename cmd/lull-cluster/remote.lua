---@meta lull.remote
-- Jobs on all machines: the table `remote`, which the command lull-cluster has. A job is a function of Lua, or one of a module by its name, with one item. It runs in a
-- runtime of its own on some worker, which needs no files: source goes along, of the function and of the modules that are loaded or required by a constant name, and
-- copies of its upvalues and of the globals that it names, as to isolates (see parallel), but without channels.
--
-- Each job is run at least once, by one worker at a time as long as the workers' heartbeats arrive, and has exactly one result, which never changes: the first that is
-- recorded. Items, values and functions may take the cluster's max_payload less 16 KiB each, 1 MB as a rule. There is no order between jobs. The output of a job goes to
-- its worker's log. Jobs have the grants and the environment of their worker.

---@class remote
remote = {}

---@class remote.job_options
---@field id? string the batch's, or the job's: letters, digits, _ and -. Given again while results are kept, it is the same one: what has a result is not run again, and the rest with the function that it began with. A new one
---@field attempts? integer how often it is tried: an error counts, a time-out, and a worker that ended with it. 3
---@field timeout? number seconds for each attempt. No limit but the worker's
---@field delay? number seconds between attempts. 0
---@field factor? number by which the delay grows with each attempt. 1
---@field keep? number seconds for which results are kept. A day
---@field name? string what `lull-cluster status` shows

---@class remote.map_options: remote.job_options
---@field name? string | fun(item: any, index: integer): string? a text is the batch's name, a function says what each job's main task is called
---@field limit? integer how many jobs there are at once, also when the caller has been killed. No limit
---@field return_exceptions? boolean errors are results, and the second value is a table of them by index
---@field progress? boolean|bar a bar, or true for one: how many jobs have ended

---@class remote.current_job
---@field id string the job's: its batch's and its number there, `BATCH.3`, or that of `submit`
---@field key string the same at every attempt, and different for every job: an idempotency key for others' APIs
---@field attempt integer from 1

---Calls `job(item, index)` for each item of a list, each on some worker, and returns a list (with `n`) of the first values, in order.
---
---The first error by index is raised, the one that a loop would have raised, once the items behind it have been cancelled and those before it have ended. It has the worker's name in `err.worker`, and further errors in `err.others`. A job whose attempts ended with their workers has an error of kind `lost`. Cancelled, or timed out, `map` cancels the batch, and waits for its end as long as the grace is. Killed, the batch goes on: the same call with the same `id` gets all results.
---
---In a `step` the id is `s.key`, and for further calls in the same step, one after the other, `s.key_2`, `s.key_3`: killed in the middle and started again with the journal, the script runs only what has no result. Two at once in one step need the option `id`, such as `s.key .. "_a"`; so do those in tasks that `spawn` has left to themselves. If the step is run again because the call has raised an error, what has failed is run again, and the values stand. In a job `step` is an error.
---
---```lua
---local squares = remote.map({ 1, 2, 3 }, function(n) return n * n end)
---print(unpack(squares)) --> 1	4	9
---```
---@async
---@param items any[]
---@param job string | fun(item: any, index: integer): any a function, or the name of one of a module: "jobs.resize"
---@param opts? remote.map_options
---@return any[] results
---@return table<integer, any>? errors with `return_exceptions`
function remote.map(items, job, opts) end

---Leaves one job on the cluster's disk, and returns its id; nobody need wait for it. With an `id` that the cluster has, nothing is done.
---
---```lua
---local id = remote.submit(function(n) return n + 1 end, 41)
---print(remote.result(id)) --> 42
---```
---@async
---@param job string | fun(item: any): any
---@param item any
---@param opts? remote.job_options
---@return string id
function remote.submit(job, item, opts) end

---Waits for a job's result and returns it, or raises its error: of kind `cancelled` if it was cancelled, `timeout` after `s` seconds. An id that the cluster does not know is an error at once.
---
---```lua
---local id = remote.submit(function() error("no luck") end, nil, { attempts = 1 })
---print(pcall(remote.result, id)) --> false	example:1: no luck
---```
---@async
---@param id string of `submit`, or of a batch's job: BATCH.3
---@param s? number
---@return any value
function remote.result(id, s) end

---Cancels a job or a batch: what waits is dropped, what runs is cancelled at its worker. One that has ended stays as it is.
---
---```lua
---local id = remote.submit(function() sleep(1000) end)
---remote.cancel(id)
---local ok, err = pcall(remote.result, id)
---print(ok, err.kind) --> false	cancelled
---```
---@async
---@param id string
function remote.cancel(id) end

---In a job: which it is. Elsewhere nil.
---
---```lua
---print(remote.current()) --> nil
---print(remote.map({ "a" }, function() return remote.current().attempt end)[1]) --> 1
---```
---@return remote.current_job?
function remote.current() end
