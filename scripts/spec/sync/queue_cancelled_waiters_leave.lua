-- Waiters that time out leave nothing behind.
local q = sync.queue(1)
print(task.move_on_after(q.get, 1, q))
q:put(1)
print(task.move_on_after(q.put, 1, q, 2))
print(q:get(), q:try_get())
