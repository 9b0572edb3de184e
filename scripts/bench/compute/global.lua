x = 0
function inc(n) x = x + n end
for i = 1, 4000000 do inc(i) end
