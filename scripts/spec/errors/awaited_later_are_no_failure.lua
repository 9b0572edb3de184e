-- Awaited after it was reported, it no longer decides the status.
local t = spawn(function() error("late", 0) end)
sleep(1)
print(pcall(await, t))
