-- The same task may be a member twice.
local t = spawn(function() return sleep(1, "v") end)
print(gather(t, t))
