-- acquire takes several tokens; more than burst is an error.
local l = sync.limiter(10, 5)
l:acquire(5)
l:acquire(2.5)
print(now())
print(select(2, pcall(l.acquire, l, 6)).message)
print(select(2, pcall(l.acquire, l, 0)).message)
