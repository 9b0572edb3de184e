-- Main that ends holding a lock is reported, too; waiters get it.
local l = sync.lock()
l:acquire()
spawn(function() l:acquire() print("got it") l:release() end)
