-- A coroutine that is waiting inside another task cannot be resumed.
local co = coroutine.create(function() sleep(2) return "v" end)
spawn(function() print(coroutine.resume(co)) end)
sleep(1)
print(coroutine.resume(co))
