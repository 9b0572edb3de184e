-- Cancelling the loop does not cancel the tasks.
local t = spawn(function() return sleep(3, "lives") end)
print(pcall(wait_for, function() for _ in task.as_completed{ t } do end end, 1))
print(await(t))
