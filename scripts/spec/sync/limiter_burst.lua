-- burst tokens may be taken at once; the bucket takes in no more.
local l = sync.limiter(1, 3)
for _ = 1, 2 do
  for i = 1, 4 do l:acquire() print(i, now()) end
  sleep(100)
end
