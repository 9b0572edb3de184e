-- nil is no item: it is what a closed queue gives.
local q = sync.queue()
print(select(2, pcall(q.put, q, nil)).message:match("^[^;]+"))
print(q:try_put(false), q:get())
