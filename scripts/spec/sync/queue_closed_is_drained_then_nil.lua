-- Getters of a closed queue take what is left, then get nil.
local q = sync.queue()
q:put(1)
q:put(2)
q:close()
print(q:closed(), q:size(), q:get(), q:get(), q:get(), q:get())
