-- A task that has ended already wins at once.
local t = spawn(function() return "old" end)
sleep(0)
print(race(function() sleep(1) end, t))
print(now())
