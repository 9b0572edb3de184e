-- A coroutine that was suspended when its task was cancelled can be resumed by another.
local co = coroutine.wrap(function() for i = 1, 9 do coroutine.yield(i) end end)
local t = spawn(function() print(co()) sleep(9) end)
sleep(1)
t:cancel()
t:join()
print(co())
