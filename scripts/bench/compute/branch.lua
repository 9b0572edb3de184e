local a, b, c, d = 0, 0, 0, 0
for i = 1, 5000000 do
  local k = i % 7
  if k == 0 and i > 3 then a = a + 1
  elseif k < 3 or k == 6 then b = b + 1
  elseif not (k == 4) then c = c + 1
  else d = d + 1 end
end
