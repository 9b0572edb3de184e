-- Many items go in and come out in order.
local q = sync.queue()
local n, right = 100000, true
for i = 1, n do q:put(i) end
for i = 1, n do right = right and q:get() == i end
print(q:size(), right)
