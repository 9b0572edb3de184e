-- A cancelled waiter leaves, the others stay, and numbers still go from 1 to n.
local b = sync.barrier(3)
local a = spawn(function() b:wait() print("never") end)
for i = 1, 3 do spawn(function() sleep(i) print(i, b:wait(), now()) end) end
sleep(1.5)
a:cancel()
