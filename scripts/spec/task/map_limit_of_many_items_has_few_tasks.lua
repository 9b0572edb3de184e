-- With limit = 10 there are ten tasks alive for 10,000 items, not 10,000.
local items, most = {}, 0
for i = 1, 10000 do items[i] = i end
local r = task.map(items, function(i)
  if i % 100 == 0 then most = math.max(most, #task.all()) end
  sleep(1)
  return -i
end, { limit = 10 })
print(r.n, r[1], r[10000], most, now())
