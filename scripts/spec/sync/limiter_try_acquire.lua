-- try_acquire takes tokens only if they are there.
local l = sync.limiter(1, 2)
print(l:try_acquire(2), l:try_acquire())
sleep(1)
print(l:try_acquire(2), l:try_acquire(1))
