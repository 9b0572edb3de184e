-- A coroutine that has been resumed cannot become a task.
local co = coroutine.create(function() coroutine.yield() end)
coroutine.resume(co)
local ok, err = pcall(spawn, co)
print(ok, err.message)
