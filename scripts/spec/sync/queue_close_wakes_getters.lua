-- Getters that wait when the queue is closed get nil.
local q = sync.queue()
for i = 1, 2 do spawn(function() print(i, q:get()) end) end
sleep(1)
q:close()
