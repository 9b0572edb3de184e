-- attempts = math.huge never gives up.
local n = 0
print(task.retry(function() n = n + 1 if n < 50 then error("x") end return n end, { attempts = math.huge, delay = 0 }))
