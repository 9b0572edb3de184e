-- as_completed hands the tasks out in the order in which they end.
local function after(s) return function() return sleep(s, s) end end
for t in task.as_completed{ after(3), after(1), after(2) } do print(t:result(), now()) end
