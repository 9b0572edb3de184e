-- A task that waits for a limiter waits for time.
local l = sync.limiter(0.001)
l:acquire()
l:acquire()
print(now())
