-- The classic: two tasks, two locks, opposite order.
local a, b = sync.lock(), sync.lock()
local function both(first, second)
  first:with(function() sleep(1) second:with(print, "never") end)
end
gather(function() both(a, b) end, function() both(b, a) end)
