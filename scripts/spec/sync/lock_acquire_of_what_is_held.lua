-- Acquiring what the task holds already is an error, not a deadlock.
local l = sync.lock()
l:acquire()
print(select(2, pcall(l.acquire, l)).message)
print(select(2, pcall(l.try_acquire, l)).message)
l:release()
