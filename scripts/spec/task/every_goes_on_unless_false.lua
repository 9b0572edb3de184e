-- Only false ends it: nil goes on.
local n = 0
task.every(1, function() n = n + 1 if n == 3 then return false end return nil end)
print(n)
