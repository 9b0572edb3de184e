-- A text of another form is kind parse with its column; arguments that make no sense are bad ones.
for _, c in ipairs{ { "2024-5", "%Y-%m-%d" }, { "2024-13-01", "%Y-%m-%d" }, { "2023-02-29", "%Y-%m-%d" }, { "2024-05-01x", "%Y-%m-%d" }, { "2023 366", "%Y %j" }, { "25:00", "%H:%M" }, { "Foo 1", "%b %d" }, { "", "%Y" }, { "2024-05-01T10:00:00", "rfc3339" }, { "2024-05-01T10:00:00+2", "rfc3339" }, { "2024-05-01 CET", "%F %Z" }, { "x", "%s" } } do
	local _, err = pcall(time.parse, c[1], c[2], "UTC")
	print(err.kind, err.column, err.message)
end
local function try(name, ...) print(select(2, pcall(time[name], ...)).message) end
try("parse", "10:00", "%H:%M") try("parse", "10 2024-05-01", "%I %F") try("parse", "x", "%Q") try("parse", "x", "%") try("parse") try("parse", "x", "%Y", "Mars/Phobos") try("parse", "x", "%Y", "../etc/passwd")
try("format") try("format", 0) try("format", 0, "%Q") try("format", 0, "x%") try("format", 0 / 0, "%Y") try("format", 1e18, "%Y") try("format", "x", "%Y") try("format", 0, "%Y", "")
try("date", {}) try("unix", 5) try("unix", {}) try("unix", { year = 2024, month = 1, day = 1.5 }) try("unix", { year = 1e9, month = 1, day = 1 }) try("unix", { year = "x", month = 1, day = 1 })
try("add", 0) try("add", 0, { day = 1 }) try("add", 0, { days = 1.5 }) try("add", 0, { hours = 0 / 0 }) try("add", 0, { years = 9000 })
for _, s in ipairs{ "", "x", "1x", "h", "1h30", "1.2.3s", "-", "--1s", " " } do
	local ok, err = pcall(time.duration, s)
	print(ok, ok and err or err.message)
end
try("duration", {}) try("human", "x") try("human", 0 / 0)
print(time.duration("1w2d"), time.duration("-1.5h"), time.duration("+10"), time.duration("2m 30s"), time.duration("1us"), time.duration("1µs"))
for _, n in ipairs{ 0, 1, 59.9, 59.96, 60, 61, 3599.9, 3600, 86399, 86400, 604800, 1e9, -90, 0.5, 0.0005, 1e-6, 1e-9, 999.4e-3, 0.9999 } do io.write(time.human(n), " ") end
print()
for _, n in ipairs{ 90, 5400, 93600, 0.25, 42 } do assert(time.duration(time.human(n)) == n) end
-- A whole number that is too large is told to be that; a field that there is not is an error.
try("add", 0, { years = 1e9 }, "UTC") try("add", 0, { days = -math.huge }, "UTC") try("add", 0, { days = 1.5 }, "UTC")
try("unix", { year = 2024, month = 1, day = 1, hours = 3 }) try("unix", { year = 2024, month = 1, day = 1, offset = 86400 }) try("unix", { year = 2024, month = 1, day = 1, offset = "x" })
