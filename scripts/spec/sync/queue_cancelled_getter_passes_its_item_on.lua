-- A getter that is cancelled after it was handed an item passes it to the next getter.
local q = sync.queue()
local a = spawn(function() q:get() print("never") end)
spawn(function() print("b", q:get()) end)
sleep(0)
q:put("item")
a:cancel()
