-- await only waits for a task: the waiter's time-out does not cancel it.
local t = spawn(function() sleep(3) return "lives" end)
print(pcall(wait_for, function() await(t) end, 1))
print(await(t), now())
