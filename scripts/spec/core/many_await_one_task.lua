-- Any number of tasks may await one; they go on in the order in which they came.
local t = spawn(function() sleep(1) return "x" end)
for i = 1, 3 do spawn(function() print(i, await(t)) end) end
