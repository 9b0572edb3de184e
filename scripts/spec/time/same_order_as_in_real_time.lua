-- Timers of many tasks fire in one order, however they were set.
local log = {}
for i = 1, 20 do spawn(function() sleep((i * 7) % 5) table.insert(log, i) end) end
sleep(10)
print(table.concat(log, " "))
