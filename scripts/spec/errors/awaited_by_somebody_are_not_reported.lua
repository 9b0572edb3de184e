-- Where somebody awaits it, nothing is reported.
local t = spawn(function() sleep(1) error("seen", 0) end)
for i = 1, 2 do spawn(function() print(i, pcall(await, t)) end) end
