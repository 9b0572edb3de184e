-- wait, wait_until and notify without the lock are errors.
local c = sync.condition()
print(select(2, pcall(c.wait, c)).message)
print(select(2, pcall(c.wait_until, c, print)).message)
print(select(2, pcall(c.notify, c)).message)
print(select(2, pcall(c.notify_all, c)).message)
