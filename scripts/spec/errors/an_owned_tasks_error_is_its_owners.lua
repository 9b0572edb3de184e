-- The error of an owned task is raised by its owner and reported by nobody else.
local t = spawn(function() sleep(1) error("owned", 0) end)
print(pcall(wait_for, t, 5))
