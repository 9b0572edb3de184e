-- The value that a task raised arrives as it was raised: the same table.
local e = {}
local t = spawn(function() error(e) end)
local ok, err = pcall(await, t)
print(ok, err == e)
