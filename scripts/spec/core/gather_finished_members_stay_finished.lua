-- A member that had ended well before the error is no victim of it.
local t = spawn(function() return "done" end)
pcall(gather, t, function() sleep(1) error("x") end)
print(t:result(), t:cancelled())
