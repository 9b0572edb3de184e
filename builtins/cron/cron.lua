---@meta lull.cron
-- The table `cron`: instants by the calendar.

---Instants by the calendar, as crontab has them. An expression has five fields, minute hour day month weekday, or six with the second first. A field is `*`, a number, a range `9-17`, a list `0,30` or a step `*/15`, `9-17/2`, `5/10` (from 5 on); months and weekdays have names (`jan`, `mon`), Sunday is 0 or 7. The day `L` is the month's last, `L-2` two days before; the weekday `5L` the last Friday, `5#2` the second. `@hourly @daily @weekly @monthly @yearly` are what they say. Where neither the day nor the weekday begins with `*`, a day that is in either counts.
---
---When a zone's clock changes, a fixed time that is skipped comes right after the change, and one that is repeated comes once. Where the hour field begins with `*` the time that goes by counts: a repeated hour has its instants twice.
---@class cron
cron = {}

---Options of `cron.run`.
---@class cron.options
---@field zone? string an IANA name, `"UTC"` or `"local"` (`"local"`)
---@field jitter? number seconds: each call comes up to that much later, by chance (0)
---@field state? string a file with the last instant that is done. It is written, whole or not at all, after `fn` has returned
---@field catch_up? "once"|"all"|"none" what is done at the start about the instants since that one: the latest is made up for, each in turn, or nothing (`"once"`)
local options = {}

---The first instant of an expression behind another, in seconds since 1970. An expression that makes no sense is a bad argument that names the field; so is one that does not come within 50 years.
---
---```lua
---local from = time.parse("2024-02-28 12:00", "%Y-%m-%d %H:%M", "UTC")
---print(time.format(cron.next("30 6 * * mon-fri", from, "UTC"), "%a %F %R", "UTC")) --> Thu 2024-02-29 06:30
---print(time.format(cron.next("0 18 L * *", from, "UTC"), "%a %F %R", "UTC")) --> Thu 2024-02-29 18:00
---print(time.format(cron.next("0 9 * * 1#1", from, "UTC"), "%a %F %R", "UTC")) --> Mon 2024-03-04 09:00
---print(select(2, pcall(cron.next, "61 * * * *")).message) --> bad argument #1 to 'next' (minute field "61": 61 is not from 0 to 59)
---```
---@param expr string
---@param from? number the time now
---@param zone? string an IANA name, `"UTC"` or `"local"`, which is the default
---@return number
function cron.next(expr, from, zone) end

---Calls `fn(scheduled)` at each instant of an expression, until it returns `false`; whatever it raises is raised. There is no overlap: of the instants that pass while `fn` runs the latest is made up for, at once. An instant that is over does not come again when the clock is set back.
---
---With `state` the file says which instant is done, over restarts. It is written after `fn` has returned, also where that was `false`, and not where it raised or was cancelled: a script that is killed between the two calls `fn` for the same instant again, so `fn` is called at least once for it. A file that is there and has something else in it raises kind `parse`.
---
---```lua
---cron.run("0 */6 * * *", function(scheduled)
---  print(time.format(scheduled, "%F %R", "UTC"), now())
---  sleep(10)
---  return now() < 40000
---end, { zone = "UTC" })
-----> 2000-01-01 06:00	21600
-----> 2000-01-01 12:00	43200
---```
---@async
---@param expr string
---@param fn fun(scheduled: number): boolean?
---@param opts? cron.options
function cron.run(expr, fn, opts) end
