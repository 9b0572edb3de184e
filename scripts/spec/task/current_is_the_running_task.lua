-- task.current() is one value for one task: it compares equal and serves as a table key.
local seen = {}
local t = spawn(function() seen[task.current()] = "here" end)
await(t)
print(seen[t], task.current() == task.current(), t == task.current())
