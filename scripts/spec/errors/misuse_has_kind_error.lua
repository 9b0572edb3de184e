-- Misuse has kind error.
local l = sync.lock()
print(select(2, pcall(l.release, l)).kind, select(2, pcall(await, task.current())).kind, select(2, pcall(gather, 1)).kind)
