-- Tokens handed to a waiter that is cancelled before it has run go to the next.
local l = sync.limiter(1)
l:acquire()
local a
spawn(function() sleep(1) a:cancel() end)
sleep(0)
a = spawn(function() l:acquire() print("never") end)
sleep(0)
spawn(function() l:acquire() print("b", now()) end)
sleep(5)
print(l:try_acquire(), l:try_acquire())
