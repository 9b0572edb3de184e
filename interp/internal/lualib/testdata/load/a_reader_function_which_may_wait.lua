local n = 0
print(load(function()
  sleep(0)
  n = n + 1
  return ({"return ", "1", "+2"})[n]
end)())
print(load(function() error("boom") end))
print(load(function() return {} end))
local ok, e = pcall(wait_for, load, 0, function() end)
print(ok, e.kind)
local ok, e = pcall(wait_for, function() load(function() sleep(9) end) end, 0.01)
print(ok, e.kind)
