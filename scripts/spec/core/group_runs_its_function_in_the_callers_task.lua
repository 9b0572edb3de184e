-- The function of a group runs in the caller's own task.
local me = task.current()
group(function() print(task.current() == me) end)
