---@meta lull.log
-- The table `log`: events, one line each.

---Events of a script, one line each on standard error: `2026-01-02T03:04:05.678Z INFO message name=value task=NAME`, whatever is in the message and the fields. A line is written at once, so that none is lost however the script ends, and no two are mixed. The time is in UTC, in virtual time that of the virtual clock; events of the main task name no task. JSON has the task's number, its run and where it was spawned as well. On a terminal lines are coloured, unless `NO_COLOR` is set. A Go program that has given a logger gets the events instead, with the same of their tasks, and decides about their level and form.
---
---`LULL_LOG=debug,json` in the environment sets the level and the format, and wins over `log.setup`.
---@class log
log = {}

---A logger that `log.with` has made: its functions are called with a dot, as those of `log` are.
---@class log.logger
---@field debug fun(message: string, fields?: table)
---@field info fun(message: string, fields?: table)
---@field warn fun(message: string, fields?: table)
---@field error fun(message: string, fields?: table)
---@field with fun(fields: table): log.logger

---Options of `log.setup`; what is not given stays as it is.
---@class log.options
---@field level? "debug"|"info"|"warn"|"error" the least that is written (`"info"`)
---@field format? "text"|"json" JSON is one flat object a line, with `time`, `level`, `msg`, the fields, and of the task its name `task`, its number `task_id`, the number `run` of its run and `spawned_at`, a place, which the main task does not have (`"text"`)
---@field file? string|false a file to append the lines to; `false`: standard error again
---@field time? boolean whether lines begin with the time (true)
local options = {}

---An event for whoever looks for a fault: it is not written unless the level is `"debug"`.
---
---```lua
---log.debug("not shown") -- the level is "info"
---print(select(2, pcall(log.debug)).message) --> bad argument #1 to 'debug' (string expected, got no value)
---```
---@param message string|number|error
---@param fields? table
function log.debug(message, fields) end

---An event as it should be. Fields are written in the order in which the table has them; numbers and booleans keep their type in JSON, error values are their text, at level `"debug"` with a field for their traceback, any other value is as `show` has it. The fields `time`, `level` and `msg` are called `fields.time` and so on in JSON, and a field `task`, or in JSON `task_id`, `run` or `spawned_at`, stands in the place of what is known. Text is quoted where it is more than a word; line breaks, other control characters and bytes that are no UTF-8 are escaped. A message or fields of another type are bad arguments.
---
---```lua
---local path = os.tmpname()
---log.setup { file = path }
---log.info("copied", { from = "a b.txt", files = 12, took = 0.5, ok = true })
---log.info("two\nlines")
---io.write(read(path)) --> 2000-01-01T00:00:00.000Z INFO copied from="a b.txt" files=12 took=0.5 ok=true
---                     --> 2000-01-01T00:00:00.000Z INFO two\nlines
---os.remove(path)
---```
---@param message string|number|error
---@param fields? table
function log.info(message, fields) end

---An event that somebody should look at.
---
---```lua
---local path = os.tmpname()
---log.setup { file = path, time = false }
---await(spawn(function()
---  task.current():name("fetch")
---  log.warn("slow answer", { took = 31.5 })
---end))
---io.write(read(path)) --> WARN slow answer took=31.5 task=fetch
---os.remove(path)
---```
---@param message string|number|error
---@param fields? table
function log.warn(message, fields) end

---An event of something that has failed. It raises nothing and changes no status.
---
---```lua
---local path = os.tmpname()
---log.setup { file = path, format = "json", time = false }
---local ok, err = pcall(read, "/no/such/file")
---log.error("no input", { err = err.message, code = err.code })
---io.write(read(path)) --> {"level":"ERROR","msg":"no input","err":"read: /no/such/file: no such file or directory","code":"ENOENT","task":"main","task_id":1,"run":1}
---os.remove(path)
---```
---@param message string|number|error
---@param fields? table
function log.error(message, fields) end

---A logger whose events have these fields, before their own. A field of the same name takes the earlier one's place.
---
---```lua
---local path = os.tmpname()
---log.setup { file = path, time = false }
---local l = log.with { host = "h3" }
---l.info("deployed")
---l.with({ attempt = 2 }).info("deployed", { took = 4 })
---io.write(read(path)) --> INFO deployed host=h3
---                     --> INFO deployed host=h3 attempt=2 took=4
---os.remove(path)
---```
---@param fields table
---@return log.logger
function log.with(fields) end

---Sets how events are written, for the whole script and for loggers that there are already. With `file` it waits, and a file that cannot be opened raises kind `io`; one that cannot be written to later is told of once, and its lines go to standard error.
---
---```lua
---log.setup { level = "warn" }
---log.info("not shown")
---print(select(2, pcall(log.setup, { level = "loud" })).message) --> bad argument #1 to 'setup' (option 'level': debug, info, warn or error expected, got "loud")
---```
---@async
---@param opts log.options
function log.setup(opts) end
