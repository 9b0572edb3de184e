-- A task given to shield is only waited for.
local t = spawn(function() return sleep(3, "v") end)
pcall(wait_for, function() shield(t) end, 1)
print(t:done(), await(t), now())
