local a = {}
for i = 1, 200000 do a[#a + 1] = i end
local s = 0
for r = 1, 8 do
  for i = 1, #a do s = s + a[i] end
  for i, v in ipairs(a) do s = s + v end
end
table.sort(a, function(x, y) return x > y end)
