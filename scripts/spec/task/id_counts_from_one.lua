-- Tasks are numbered in order of creation; the main task is 1.
local a, b = spawn(sleep, 0), spawn(sleep, 0)
print(task.current():id(), a:id(), b:id())
