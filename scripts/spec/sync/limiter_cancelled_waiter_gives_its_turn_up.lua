-- A waiter that is cancelled takes nothing: those behind it come earlier.
local l = sync.limiter(1, 3)
l:acquire(3)
local a = spawn(function() l:acquire(3) print("never") end)
spawn(function() l:acquire(1) print("behind", now()) end)
sleep(1.5)
a:cancel()
