-- A list with n, such as task.map and table.pack return, is as good as any; n tells where it ends.
local tasks = task.map({ 3, 4 }, function(i) return spawn(sleep, 1, i * i) end)
print(tasks.n, unpack(gather(tasks)))
print(race(table.pack(function() sleep(2) return "slow" end, function() sleep(1) return "fast" end)))
print(select(2, pcall(gather, table.pack(sleep, nil))).message)
