-- A task that was woken but has not run yet is still at its checkpoint.
local e = sync.event()
local t = spawn(function() e:wait() print("never") end)
sleep(0)
e:set()
t:cancel()
t:join()
print(t:cancelled())
