-- A member that somebody else cancels counts as an error of kind cancelled.
local t = spawn(sleep, 9)
spawn(function() sleep(1) t:cancel("by hand") end)
local ok, err = pcall(gather, t, function() sleep(9) end)
print(ok, err.kind, err.message:match("by hand"), now())
