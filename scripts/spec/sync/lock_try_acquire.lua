-- try_acquire takes the lock if it is free, and says whether it did.
local l = sync.lock()
print(l:try_acquire(), l:locked())
spawn(function() print(l:try_acquire()) end)
sleep(0)
l:release()
print(l:locked())
