-- A wait inside an iterator.
local function count(n, i) sleep(1) if i < n then return i + 1 end end
for i in count, 3, 0 do print(i, now()) end
