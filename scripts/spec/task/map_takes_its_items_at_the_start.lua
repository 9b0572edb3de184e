-- A change that fn makes to the list of items meanwhile makes no difference.
local items = { 1, 2, 3 }
local r = task.map(items, function(x) items[x + 1] = nil items[10] = 10 return x end, { limit = 1 })
print(r.n, r[1], r[2], r[3])
