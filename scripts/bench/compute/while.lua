local i, s = 0, 0
while i < 10000000 do
  i = i + 1
  if i > s then s = i end
end
