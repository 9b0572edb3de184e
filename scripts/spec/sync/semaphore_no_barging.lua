-- A permit handed to a waiter is its own, though others ask before it has run.
local s = sync.semaphore(1)
s:acquire()
spawn(function() s:acquire() print("waiter") end)
sleep(0)
s:release()
print(s:try_acquire(), s:available())
