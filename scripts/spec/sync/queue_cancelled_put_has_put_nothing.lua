-- A put that is cancelled, even after it was handed its place, has put nothing; the place goes to the next.
local q = sync.queue(1)
q:put("a")
local t = spawn(function() q:put("never") end)
spawn(function() q:put("b") end)
sleep(0)
print(q:get())
t:cancel()
print(q:get(), q:try_get())
