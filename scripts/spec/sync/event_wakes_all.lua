-- set wakes all who wait, in order.
local e = sync.event()
for i = 1, 3 do spawn(function() e:wait() print(i, now()) end) end
sleep(1)
print(e:is_set())
e:set()
print(e:is_set())
