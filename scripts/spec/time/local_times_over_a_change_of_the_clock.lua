-- A local time that is there twice is the first, one that is skipped moves by the gap; the same clock time a day later.
local function at(s, zone) return time.parse(s, "%Y-%m-%d %H:%M", zone) end
local function show(t, zone) return time.format(t, "%F %T %z", zone) end
for _, c in ipairs{
	{ "2024-03-31 02:30", "Europe/Berlin" }, { "2024-10-27 02:30", "Europe/Berlin" }, { "2024-03-10 02:30", "America/New_York" }, { "2024-11-03 01:30", "America/New_York" },
	{ "2024-10-06 02:15", "Australia/Lord_Howe" }, { "2024-04-07 01:45", "Australia/Lord_Howe" }, { "2024-03-31 01:30", "Europe/London" }, { "2024-09-08 00:30", "America/Santiago" },
	{ "2024-05-01 12:00", "Asia/Kathmandu" }, { "2024-06-01 00:00", "Africa/Casablanca" }, { "2011-12-30 12:00", "Pacific/Apia" }, { "2024-01-01 00:00", "UTC" },
} do
	print(c[1], c[2], show(at(unpack(c)), c[2]))
end
local zone = "Europe/Berlin"
local t = at("2024-03-30 02:30", zone)
print(show(time.add(t, { days = 1 }, zone), zone), show(time.add(t, { hours = 24 }, zone), zone), show(time.add(t, { days = 2 }, zone), zone))
t = at("2024-10-27 02:30", zone)
print(show(t + 3600, zone), show(time.add(t + 3600, { hours = 0 }, zone), zone), show(time.add(t + 3600, { days = 0 }, zone), zone))
print(show(time.add(at("2024-01-31 10:00", zone), { months = 1 }, zone), zone), show(time.add(at("2024-02-29 10:00", zone), { years = 1 }, zone), zone), show(time.add(at("2024-03-31 10:00", zone), { months = -1, days = 1 }, zone), zone))
print(show(time.add(at("2024-12-31 10:00", zone), { months = 14 }, zone), zone), show(time.add(0, { weeks = -1, seconds = 0.5 }, "UTC"), "UTC"))
