-- Putting into a closed queue is an error of kind closed.
local q = sync.queue()
q:close()
print(select(2, pcall(q.put, q, 1)).kind, select(2, pcall(q.try_put, q, 1)).kind)
