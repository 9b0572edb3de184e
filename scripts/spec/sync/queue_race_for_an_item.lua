-- The loser of a race between two queues takes nothing.
local a, b = sync.queue(), sync.queue()
spawn(function() sleep(1) a:put("from a") b:put("from b") end)
print(race(function() return a:get() end, function() return b:get() end))
print(a:try_get(), b:try_get())
