-- Any other error is raised, a time-out from inside included.
local ok, err = pcall(task.move_on_after, function() wait_for(sleep, 1, 9) end, 5)
print(ok, err.kind, now())
print(pcall(task.move_on_after, error, 1, "x"))
