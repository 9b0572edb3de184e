-- t:result() raises the task's error as it was, and counts as awaiting.
local e = {}
local t = spawn(function() sleep(1) error(e) end)
pcall(await, t)
local ok, err = pcall(t.result, t)
print(ok, err == e)
