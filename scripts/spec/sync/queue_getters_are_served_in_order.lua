-- Getters that wait are served first come, first served.
local q = sync.queue()
for i = 1, 3 do spawn(function() print("getter", i, q:get()) end) end
sleep(0)
for i = 1, 3 do q:put(i) end
