-- A waiter that is cancelled after the barrier let go does not hold the others back.
local b = sync.barrier(2)
local a = spawn(function() b:wait() print("never") end)
sleep(0)
print(b:wait())
a:cancel()
sleep(0)
print(a:cancelled(), b)
