local function f(...)
  local a, _b = ...
  return select("#", ...), a
end
local s = 0
for i = 1, 2500000 do s = s + f(i, 2, 3) end
