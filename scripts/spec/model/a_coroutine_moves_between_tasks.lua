-- A coroutine may be resumed by one task, then by another; it waits in whichever resumes it.
local co = coroutine.wrap(function() while true do sleep(1) coroutine.yield(task.current():name(), now()) end end)
print(co())
local t = spawn(function() print(co()) end)
t:name("second")
