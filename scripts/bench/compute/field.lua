local obj = { x = 0, y = 1 }
for i = 1, 5000000 do obj.x = obj.x + 1 end
