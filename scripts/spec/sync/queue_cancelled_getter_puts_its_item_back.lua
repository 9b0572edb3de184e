-- Without another getter the item goes back to the front.
local q = sync.queue()
local a = spawn(function() q:get() print("never") end)
sleep(0)
q:put(1)
q:put(2)
a:cancel()
print(q:size(), q:get(), q:get())
