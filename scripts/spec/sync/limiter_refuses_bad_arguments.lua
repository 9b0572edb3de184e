-- The rate is above 0, the burst at least 1.
for _, rate in ipairs{ 0, -1, 0 / 0 } do print(select(2, pcall(sync.limiter, rate)).message) end
print(select(2, pcall(sync.limiter, 1, 0.5)).message)
print(select(2, pcall(sync.limiter)).message)
