-- A wait with a time-out leaves, and holds the lock while it unwinds.
local c = sync.condition()
c:acquire()
print(task.move_on_after(c.wait, 2, c), now())
c:notify()
c:release()
