-- Tasks that have ended already come first, in their order.
local a, b = spawn(function() return "a" end), spawn(function() return "b" end)
sleep(1)
for t in task.as_completed{ function() return "c" end, b, a } do print(t:result()) end
