-- Items come out in the order in which they were put.
local q = sync.queue()
for i = 1, 5 do q:put(i) end
print(q:get(), q:get(), q:get(), q:get(), q:get())
