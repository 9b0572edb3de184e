-- put waits while the queue holds max items.
local q = sync.queue(2)
spawn(function() for i = 1, 4 do q:put(i) print("put", i, now()) end end)
sleep(1)
print("size", q:size())
for _ = 1, 4 do print("got", q:get()) sleep(1) end
