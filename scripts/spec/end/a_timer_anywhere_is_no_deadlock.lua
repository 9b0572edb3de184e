-- A timer in any task, daemons included, means that something may yet happen.
local q = sync.queue()
task.daemon(function() sleep(5) q:put("woken") end)
print(q:get())
