-- Putters that wait put in the order in which they came.
local q = sync.queue(1)
for i = 1, 4 do spawn(function() q:put(i) end) end
sleep(0)
for _ = 1, 4 do print(q:get()) end
