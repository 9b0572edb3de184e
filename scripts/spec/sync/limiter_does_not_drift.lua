-- After 1,000 tokens at 3 a second the time is what it has to be.
local l = sync.limiter(3)
for _ = 1, 1001 do l:acquire() end
print(math.abs(now() - 1000 / 3) < 1e-6)
