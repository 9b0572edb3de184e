-- Inside a coroutine the current task is the one that resumed it.
local co = coroutine.wrap(function() while true do coroutine.yield(task.current()) end end)
print(co() == task.current())
local t
t = spawn(function() print(co() == t) end)
