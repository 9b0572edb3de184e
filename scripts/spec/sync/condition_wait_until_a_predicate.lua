-- wait_until waits until its predicate is true, and returns what that returned.
local c, n = sync.condition(), 0
spawn(function() for _ = 1, 5 do sleep(1) c:with(function() n = n + 1 c:notify() end) end end)
print(c:with(function() return c:wait_until(function() return n >= 3 and "n is " .. n end) end), now())
