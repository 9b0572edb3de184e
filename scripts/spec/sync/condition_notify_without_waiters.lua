-- A notification that nobody waits for is forgotten.
local c = sync.condition()
c:with(c.notify, c)
print(task.move_on_after(c.with, 1, c, function() c:wait() end))
