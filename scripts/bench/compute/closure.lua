local function counter()
  local n = 0
  return function(d) n = n + d return n end
end
for i = 1, 100000 do
  local c = counter()
  for j = 1, 40 do c(j) end
end
