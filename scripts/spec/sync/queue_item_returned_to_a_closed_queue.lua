-- An item handed to a getter that is cancelled is not lost where the queue has been closed meanwhile.
local q = sync.queue()
local a = spawn(function() q:get() print("never") end)
spawn(function() print("b", q:get()) end)
sleep(0)
q:put("item")
q:close()
a:cancel()
