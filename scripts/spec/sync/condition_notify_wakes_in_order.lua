-- notify(n) wakes n waiters, those that came first.
local c = sync.condition()
for i = 1, 4 do spawn(function() c:with(function() c:wait() print(i, now()) end) end) end
sleep(1)
c:with(c.notify, c, 1)
sleep(1)
c:with(c.notify, c, 2)
sleep(1)
c:with(c.notify, c, 9)
