-- An error of the predicate is raised, with the lock held.
local c, l = nil, sync.lock()
c = sync.condition(l)
l:acquire()
print(pcall(c.wait_until, c, function() error("predicate", 0) end))
print(l:locked())
l:release()
