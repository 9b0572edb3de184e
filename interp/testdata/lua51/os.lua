--- date
print(os.date("!%Y-%m-%d %H:%M:%S", 0), os.date("!%c", 86400), os.date("%c", 951782400), os.date("!%x %X %p", 3600 * 13))
--- every conversion
print(os.date("%a %A %b %B %c %C %d %D %e %F %g %G %h %H %I %j %m %M %p %r %R %S %T %u %U %V %w %W %x %X %y %Y %z %Z %%", 951782400))
--- every conversion on a Sunday
print(os.date("%a %A %b %B %c %C %d %D %e %F %g %G %h %H %I %j %m %M %p %r %R %S %T %u %U %V %w %W %x %X %y %Y %%", 1735430399))
--- every conversion at a year's start
for y = 2000, 2012 do io.write(os.date("!%j %U %V %G %g %W %w %u;", os.time{year = y, month = 1, day = 1, hour = 12})) end print()
--- every conversion at a year's end
for y = 2000, 2012 do io.write(os.date("!%j %U %V %G %g %W %w %u;", os.time{year = y, month = 12, day = 31, hour = 12})) end print()
--- glibc conversions
print(os.date("!%k %l %P %s|%n|%t|", 3723))
--- unknown conversions
print(os.date("!%Q %1 %! %E %O %Ey", 0), os.date("%"), os.date("a%"))
--- GMT
print(os.date("!%Z %z", 0))
--- table
local t = os.date("!*t", 951782400) print(t.year, t.month, t.day, t.hour, t.min, t.sec, t.wday, t.yday, t.isdst) local n = 0 for _ in pairs(t) do n = n + 1 end print(n)
--- table is local
local t = os.date("*t", 0) print(t.year, t.yday, t.wday)
--- only *t is a table
for _, f in ipairs{"*t", "!*t", "*tX", "!*tX", "*", "*T", " *t", "*t "} do print(f, type(os.date(f, 0)), os.date("*tX", 0)) end
--- date out of range
for _, t in ipairs{67768036191676799, -67768040609740800, 2^56, -2^56, 2^60, 2^63, -2^70, 1e300, 1/0, -1/0} do print(os.date("!%Y", t), type(os.date("!*t", t)), type(os.date("%c", t)), type(os.date("*t", t))) end
--- date bad
print(pcall(os.date, {})) print(pcall(os.date, "%d", "x")) print(pcall(os.date, "%d", {}))
--- date takes numeric strings and fractions
print(os.date("!%S", "61"), os.date("!%S", 59.9))
--- time
print(os.time{year = 2000, month = 1, day = 1, hour = 0}, os.time{year = 2000, month = 1, day = 1}, os.time{year = 1970, month = 1, day = 1, hour = 0}, os.time{year = 1969, month = 12, day = 31, hour = 23, min = 59, sec = 58})
--- time normalises
print(os.time{year = 2000, month = 14, day = -3, hour = 25, min = -1, sec = 61}, os.time{year = 2000, month = 1, day = 366, hour = 0}, os.time{year = 2001, month = 0, day = 0, hour = 0}, os.time{year = 2000, month = 1, day = 1, hour = 0, sec = 86400})
--- time out of range
for _, t in ipairs{{year = 2^31 - 1, month = 1, day = 1}, {year = 2^31 - 1, month = 2^31 - 1, day = 1}, {year = 2000, month = 1, day = 2^31 - 1}, {year = 2000, month = 1, day = 1, hour = 1 - 2^31}} do local at = os.time(t) print(at and string.format("%d", at)) end
--- time with strings
print(os.time{year = "2000", month = "1", day = "2", hour = "3"})
--- time with isdst
print(os.time{year = 2000, month = 1, day = 1, hour = 0, isdst = true}, os.time{year = 2000, month = 1, day = 1, hour = 0, isdst = false})
--- time missing fields
print(pcall(os.time, {})) print(pcall(os.time, {year = 2000})) print(pcall(os.time, {year = 2000, month = 1})) print(pcall(os.time, {day = 1})) print(pcall(os.time, {year = 2000, month = "x", day = 1})) print(pcall(os.time, 1)) print(pcall(os.time, "x"))
--- time round trip
local t = os.date("*t", 1e9) print(os.time(t))
--- time sees __index
print(os.time(setmetatable({month = 1, day = 1, hour = 0}, {__index = {year = 1980}})))
--- leap years
for _, y in ipairs{1999, 2000, 2100, 2004} do io.write(os.date("!%j ", os.time{year = y, month = 12, day = 31})) end print()
--- difftime
print(os.difftime(10, 4), os.difftime(5), pcall(os.difftime)) print(pcall(os.difftime, "x"))
--- clock
local c = os.clock() for i = 1, 1e5 do end print(type(c), os.clock() >= c)
--- getenv
print(os.getenv("HOME"), os.getenv("NO_SUCH_VARIABLE"), pcall(os.getenv))
--- tmpname
local n = os.tmpname() print(type(n), os.remove(n))
--- remove
print(os.remove("nosuchfile"))
--- rename
local f = io.open("a", "w") f:write("x") f:close() print(os.rename("a", "b")) print(io.open("a")) print(os.rename("nosuch", "c"))
--- exit
io.write("before") os.exit(3)
--- exit default
os.exit()
--- setlocale
print(os.setlocale("C"), os.setlocale(nil, "all") ~= nil, os.setlocale("xx_nope"))
--- random times
local seed = 7
local function rnd(n) seed = (seed * 16807) % 2147483647 return seed % n end
for i = 1, 100 do
  local t = (rnd(2147483647) - 1000000000) * 3
  print(t, os.date("!%a %A %b %B %c %C %d %D %e %F %g %G %h %H %I %j %k %l %m %M %p %P %r %R %s %S %T %u %U %V %w %W %x %X %y %Y %z %Z", t), os.date("%c %Z %z", t))
  local f = {year = 1970 + rnd(100), month = rnd(40) - 10, day = rnd(100) - 30, hour = rnd(60) - 10, min = rnd(200) - 60, sec = rnd(5000) - 1000}
  print(os.time(f))
end
--- random dates normalized
local seed = 11
local function rnd(n) seed = (seed * 16807) % 2147483647 return seed % n + 1 end
for i = 1, 100 do
  local t = {year = 1950 + rnd(150), month = rnd(40) - 15, day = rnd(120) - 60, hour = rnd(100) - 50, min = rnd(300) - 100, sec = rnd(9999) - 5000}
  if rnd(3) == 1 then t.isdst = rnd(2) == 1 end
  if rnd(4) == 1 then t.hour = nil end
  local at = os.time(t) print(t.year, t.month, t.day, t.hour, t.min, t.sec, t.isdst, at and string.format("%d", at), os.date("%c %j %U %W %V %G %g %C %y %e %I %k %l %p %r %u", at))
end
