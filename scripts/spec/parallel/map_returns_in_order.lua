-- map returns the first values in the order of the items, and n.
local r = parallel.map({ 3, 1, 2 }, function(v) sleep(v) return v * 10, "more" end)
print(r.n, unpack(r))
print(now())
