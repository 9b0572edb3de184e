-- wait returns at once where the event is set.
local e = sync.event()
e:set()
e:set()
e:wait()
print(now(), e)
