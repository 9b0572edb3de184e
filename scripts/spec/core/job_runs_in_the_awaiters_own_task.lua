-- await runs a job in the caller's own task.
local f = async(function() return task.current() end)
print(await(f()) == task.current())
