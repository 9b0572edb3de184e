-- A limiter starts full, then lets rate tokens a second through.
local l = sync.limiter(2)
for i = 1, 4 do l:acquire() print(i, now()) end
