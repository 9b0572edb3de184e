-- A failed task is handed out like the others, which counts as awaiting it.
local function bad() sleep(1) error("bad", 0) end
for t in task.as_completed{ bad, function() return sleep(2, "good") end } do print(pcall(t.result, t)) end
