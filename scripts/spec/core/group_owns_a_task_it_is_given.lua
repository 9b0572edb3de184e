-- A task given to g:spawn is owned from then on.
local t = spawn(sleep, 9)
pcall(group, function(g) g:spawn(t) error("x") end)
print(t:cancelled())
