-- A task cannot await itself, directly.
local ok, err = pcall(await, task.current())
print(ok, err.message, err.kind)
