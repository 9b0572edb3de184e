for r = 1, 160 do
  local t = {}
  for i = 1, 2000 do t[i] = (i * 7919) % 2003 end
  table.sort(t, function(x, y) return x > y end)
end
