-- A waiter that is cancelled leaves; the lock goes to the one behind it.
local l = sync.lock()
l:acquire()
local a = spawn(function() l:acquire() print("never") end)
spawn(function() l:acquire() print("b", now()) l:release() end)
sleep(1)
a:cancel()
sleep(1)
l:release()
