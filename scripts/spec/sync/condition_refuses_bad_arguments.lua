-- The lock is a sync.lock, the number to notify a whole one from 0 on.
print(select(2, pcall(sync.condition, 5)).message)
local c = sync.condition()
c:acquire()
print(select(2, pcall(c.notify, c, -1)).message)
print(select(2, pcall(c.notify, c, 0.5)).message)
c:release()
