-- t:join() waits for the end of a task, and raises nothing of it.
local t = spawn(sleep, 2)
spawn(function() sleep(1) t:cancel() end)
print(select("#", t:join()), now(), t:cancelled())
