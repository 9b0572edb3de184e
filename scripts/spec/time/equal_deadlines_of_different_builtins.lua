-- All that are due fire before the next task runs, in order of creation.
local l = sync.limiter(1)
l:acquire()
spawn(function() sleep(1) print("sleep") end)
spawn(function() l:acquire() print("limiter") end)
spawn(function() print(pcall(wait_for, sleep, 1, 9)) end)
spawn(function() sleep(1) print("last") end)
