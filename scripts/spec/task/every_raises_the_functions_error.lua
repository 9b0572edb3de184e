-- An error of fn ends it.
local n = 0
print(pcall(task.every, 1, function() n = n + 1 if n == 3 then error("third", 0) end end))
print(now())
