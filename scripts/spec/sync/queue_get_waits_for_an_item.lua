-- get waits while there is none.
local q = sync.queue()
spawn(function() sleep(2) q:put("late") end)
print(q:get(), now())
