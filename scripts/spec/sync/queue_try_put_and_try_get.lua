-- try_put is false when full, try_get nil when empty; neither waits.
local q = sync.queue(1)
print(q:try_get(), q:try_put("x"), q:try_put("y"), q:try_get(), q:try_get())
