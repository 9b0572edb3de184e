-- strftime's letters, fractions and offsets; what is formatted is parsed as it was.
local t = 1714557600.125
print(time.format(t, "%a %A %b %B %C %d %e %g %G %H %I %j %k %l %m %M %N %p %P %s %S %u %U %V %w %W %y %Y %z %:z %Z %%", "Europe/Berlin"))
print(time.format(t, "%c|%D|%F|%R|%T|%r|%x|%X%n%t|", "UTC"))
for _, f in ipairs{ "rfc3339", "%Y-%m-%dT%H:%M:%S.%N%z", "%s.%N", "%d %b %Y %I:%M:%S.%N %p %:z", "%Y/%j %T.%N %z" } do
	local s = time.format(t, f, "America/New_York")
	print(s, time.parse(s, f) == t)
end
print(time.parse("Wed, 01 May 2024 10:00:00 GMT", "http"), time.format(1714557600, "http"), time.parse("2024-05-01 10:00:00.5z", "rfc3339"), time.parse("2024-05-01t10:00:00-00:30", "rfc3339"))
print(time.parse("1 May 70", "%e %B %y", "UTC"), time.parse("20240501", "%Y%m%d", "UTC"), time.parse("2024-05-01T12+02", "%Y-%m-%dT%H%z"), time.parse("-1", "%s"))
local d = time.date(t, "Asia/Kolkata")
print(d.year, d.month, d.day, d.hour, d.min, d.sec, d.wday, d.yday, d.isdst, d.zone, d.offset, time.unix(d, "Asia/Kolkata"))
print(time.unix({ year = 2024, month = 14, day = -3, hour = 25, sec = 0.5 }, "UTC"), time.unix({ year = 1970, month = 1, day = 1 }, "UTC"))
-- time.date's tables are instants in their own zone, unless another is given.
for _, zone in ipairs{ "Europe/Berlin", "America/St_Johns", "Asia/Kathmandu", "UTC" } do
	for t = 1729900000, 1730100000, 3600 do assert(time.unix(time.date(t, zone)) == t) end
	local d = time.date(1714557600, zone)
	d.day, d.hour = d.day + 1, 0
	print(time.unix(d), time.unix(d, zone), time.unix(d, "UTC"))
end
