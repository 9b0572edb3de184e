-- t:result() returns the values of a task that has ended, without waiting.
local t = spawn(function() return 1, nil, 3 end)
sleep(0)
print(t:result())
