-- A cancelled waiter leaves the others as they are.
local e = sync.event()
local a = spawn(function() e:wait() print("never") end)
spawn(function() e:wait() print("b") end)
sleep(0)
a:cancel()
sleep(1)
e:set()
