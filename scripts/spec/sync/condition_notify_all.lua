-- notify_all wakes all who wait now.
local c = sync.condition()
for i = 1, 3 do spawn(function() c:with(function() c:wait() print(i) end) end) end
sleep(1)
c:with(function() c:notify_all() end)
