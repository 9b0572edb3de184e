---@meta lull.time
-- The table `time`: instants as seconds since 1970.

---Instants as seconds since 1970, as text and by the calendar of any zone. A zone is an IANA name such as `"Europe/Berlin"`, `"UTC"` or `"local"`, which is the default. Where a clock shows a time twice the first is meant; a time that it skips moves by the gap. The years are 1 to 9999.
---@class time
time = {}

---A span for `time.add`; all may be negative.
---@class time.step
---@field years? integer
---@field months? integer
---@field weeks? integer
---@field days? integer
---@field hours? number
---@field minutes? number
---@field seconds? number
local step = {}

---The time in seconds since 1970, with a fraction; in virtual time that of the virtual clock. For how long something takes there is `now`, which no change of the clock moves.
---
---```lua
---print(time.now()) --> 946684800
---sleep(1.5)
---print(time.now()) --> 946684801.5
---```
---@return number
function time.now() end

---An instant as text: by the letters of C's strftime, `%N` (nine digits of a fraction) and `%:z` (`+02:00`), or in the form `"rfc3339"` or `"http"` (which is always in GMT). Names are English. Fractions are to the microsecond.
---
---```lua
---print(time.format(0, "%Y-%m-%d %H:%M:%S", "UTC"), time.format(0.25, "rfc3339", "Europe/Berlin")) --> 1970-01-01 00:00:00	1970-01-01T01:00:00.25+01:00
---print(time.format(1e9, "http")) --> Sun, 09 Sep 2001 01:46:40 GMT
---```
---@param t number
---@param format string
---@param zone? string
---@return string
function time.format(t, format, zone) end

---The instant that a text means. The format is as in `time.format`; blank in it is any blank, or none. `%z` reads `Z`, `+02`, `+0200` and `+02:00`, `%N` any number of digits. Without an offset in the text it is a time in the zone. A text of another form raises kind `parse`, with `err.column`.
---
---```lua
---print(time.parse("2024-05-01T12:00:00+02:00", "rfc3339")) --> 1714557600
---print(time.parse("01.05.2024 12:00", "%d.%m.%Y %H:%M", "Europe/Berlin")) --> 1714557600
---print(select(2, pcall(time.parse, "2024-13-01", "%Y-%m-%d")).message) --> time.parse: line 1, column 6: 13 is no month
---```
---@param s string
---@param format string
---@param zone? string
---@return number
function time.parse(s, format, zone) end

---An instant by the calendar: `year month day hour min sec wday yday isdst` as in `os.date("*t")`, and `zone` (its short name) and `offset` (seconds east of UTC).
---
---```lua
---local d = time.date(1714557600, "Europe/Berlin")
---print(d.year, d.month, d.day, d.hour, d.zone, d.offset) --> 2024	5	1	12	CEST	7200
---```
---@param t number
---@param zone? string
---@return table
function time.date(t, zone) end

---The instant of `year`, `month`, `day` and, unless they are 0, `hour`, `min` and `sec`, in the zone. Fields may lie beyond their range, as in `os.time`. A table of `time.date` gives its instant back: without `zone` its field `offset` counts, as it is, whatever has become of the other fields; `wday yday isdst` and its `zone`, which is but a short name, do not. Another field is an error.
---
---```lua
---print(time.unix({ year = 2024, month = 5, day = 1, hour = 12 }, "Europe/Berlin")) --> 1714557600
---print(time.unix(time.date(1714557600, "Asia/Tokyo"))) --> 1714557600
---```
---@param fields table
---@param zone? string
---@return number
function time.unix(fields, zone) end

---An instant some time later, by the calendar of the zone: years, months, weeks and days keep what the clock shows, also over a change of it, and the 31st becomes the last day of a shorter month; hours, minutes and seconds are time that goes by.
---
---```lua
---local t = time.parse("2024-01-31 12:00", "%Y-%m-%d %H:%M", "UTC")
---print(time.format(time.add(t, { months = 1 }, "UTC"), "%F", "UTC")) --> 2024-02-29
---print(time.add(0, { days = 1, hours = -1 }, "UTC")) --> 82800
---```
---@param t number
---@param step time.step
---@param zone? string
---@return number
function time.add(t, step, zone) end

---The seconds of a duration such as `"1h30m"`, `"2d"` or `"250ms"`; a number alone is seconds. Units are `w d h m s ms us ns`. Anything else raises kind `parse`.
---
---```lua
---print(time.duration("1h30m"), time.duration("250ms"), time.duration("90"), time.duration(5)) --> 5400	0.25	90	5
---```
---@param s string|number
---@return number seconds
function time.duration(s) end

---A number of seconds as a person says it, in its two largest units; `time.duration` reads it.
---
---```lua
---print(time.human(5400), time.human(0.0123), time.human(90061), time.human(3.14159)) --> 1h30m	12.3ms	1d1h	3.14s
---```
---@param seconds number
---@return string
function time.human(seconds) end
