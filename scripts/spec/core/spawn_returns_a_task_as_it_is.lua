-- Given a task, spawn returns that task.
local t = spawn(sleep, 1)
print(spawn(t) == t)
