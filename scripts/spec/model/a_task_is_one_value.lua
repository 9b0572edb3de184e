-- A task is one value, wherever it comes from.
local t = spawn(function() return task.current() end)
local set = { [t] = true }
print(await(t) == t, set[task.all()[2] or t], set[await(t)])
