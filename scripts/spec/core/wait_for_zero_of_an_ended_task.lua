-- With zero a task that has ended gives its values.
local t = spawn(function() return "v", "w" end)
sleep(0)
print(wait_for(t, 0))
