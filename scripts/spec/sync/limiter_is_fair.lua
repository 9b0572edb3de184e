-- The first to come is served first, though somebody behind asks for less.
local l = sync.limiter(1, 3)
l:acquire(3)
spawn(function() l:acquire(3) print("big", now()) end)
spawn(function() l:acquire(1) print("small", now()) end)
sleep(2)
print(l:try_acquire())
