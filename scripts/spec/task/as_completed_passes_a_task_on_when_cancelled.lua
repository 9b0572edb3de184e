-- A task handed to a loop that is cancelled before it runs goes to the next.
local one, two = spawn(sleep, 1), spawn(sleep, 2)
local next = task.as_completed{ one, two }
local a = spawn(function() next() print("never") end)
spawn(function() print(next() == one) end)
spawn(function() sleep(1) a:cancel() end)
sleep(5)
print(a:cancelled())
