-- A task given to gather is owned: it is cancelled with the rest.
local t = spawn(sleep, 9)
pcall(gather, t, function() error("x") end)
print(t:done(), t:cancelled())
