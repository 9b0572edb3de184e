-- items() loops until the queue is closed and empty.
local q = sync.queue(1)
spawn(function() for i = 1, 3 do q:put(i) end q:close() end)
for v in q:items() do print(v) end
print("over")
