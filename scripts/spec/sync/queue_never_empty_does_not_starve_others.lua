-- A loop over a queue that never makes it wait lets others run every 1,000 items.
local q, n = sync.queue(), 0
for i = 1, 3000 do q:try_put(i) end
spawn(function() print("other, after", n) end)
for _ = 1, 3000 do q:get() n = n + 1 end
print(n)
