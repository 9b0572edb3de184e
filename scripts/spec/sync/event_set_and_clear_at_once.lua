-- A task that set has woken goes on, even if clear comes before it has run.
local e = sync.event()
spawn(function() e:wait() print("woken") end)
sleep(0)
e:set()
e:clear()
