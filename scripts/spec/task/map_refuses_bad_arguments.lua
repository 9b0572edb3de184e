-- A list, a function, and a limit from 1 on are wanted; an unknown option names those that there are.
local function f() end
print(select(2, pcall(task.map, 1, f)).message)
print(select(2, pcall(task.map, {}, 1)).message)
print(select(2, pcall(task.map, {}, f, { limit = 0 })).message)
print(select(2, pcall(task.map, {}, f, { limit = 1.5 })).message)
print(select(2, pcall(task.map, {}, f, { limits = 1 })).message)
print(select(2, pcall(task.map, { 1, nil, 3 }, f)).message:match("hole: item 2 is nil"))
