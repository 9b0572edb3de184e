-- A coroutine that was waiting when its task was cancelled is dead.
local co = coroutine.create(function() sleep(9) end)
local t = spawn(function() coroutine.resume(co) end)
sleep(1)
print(coroutine.status(co))
t:cancel()
t:join()
print(coroutine.status(co), coroutine.resume(co))
