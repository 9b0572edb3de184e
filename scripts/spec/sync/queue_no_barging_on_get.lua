-- An item handed to a getter is its own, though others ask before it has run.
local q = sync.queue()
spawn(function() print("waiter", q:get()) end)
sleep(0)
q:put("first")
print("try", q:try_get())
q:put("second")
print("main", q:get())
