-- A wait inside a comparator.
local t = { 3, 1, 2 }
table.sort(t, function(a, b) sleep(1) return a < b end)
print(t[1], t[2], t[3], now() > 0)
