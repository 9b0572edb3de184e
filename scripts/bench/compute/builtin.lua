local floor, s = math.floor, 0
for i = 1, 3000000 do s = s + floor(i / 3) + math.abs(-i) end
