-- max is a whole number from 1 on.
for _, max in ipairs{ 0, -1, 1.5 } do print(select(2, pcall(sync.queue, max)).message) end
print(select(2, pcall(sync.queue, "x")).message)
print(select(2, pcall(sync.queue, 0 / 0)).message)
