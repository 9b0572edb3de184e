local t = {}
for i = 1, 2000 do t[i] = i end
local s = 0
for r = 1, 2000 do
  for i, v in ipairs(t) do s = s + v end
  for k, v in pairs(t) do s = s + v end
end
