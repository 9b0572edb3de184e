-- task.map calls fn(item, index) for each, all at once, and returns the first values in order.
local r = task.map({ 3, 1, 2 }, function(s, i) sleep(s) return i .. ":" .. s, "more" end)
print(r.n, r[1], r[2], r[3], now())
