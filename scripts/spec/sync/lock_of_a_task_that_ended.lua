-- A task that ends holding a lock is reported by name, and the lock goes to the next.
local l = sync.lock()
local t = spawn(function() l:acquire() end)
t:name("careless")
sleep(0)
l:acquire()
print("mine")
l:release()
