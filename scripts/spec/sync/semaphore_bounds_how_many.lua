-- At most n tasks have a permit; the others wait in order.
local s = sync.semaphore(2)
for i = 1, 5 do spawn(function() s:acquire() print(i, now()) sleep(1) s:release() end) end
