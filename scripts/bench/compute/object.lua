local s = 0
for i = 1, 400000 do
  local point, list = { x = i, y = 2 }, { i, 2, 3 }
  s = s + point.x + list[1]
end
