-- Where the predicate is true already, nothing is waited for.
local c = sync.condition()
print(c:with(function() return c:wait_until(function() return 1, 2 end) end), now())
