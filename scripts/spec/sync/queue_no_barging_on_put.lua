-- A place handed to a putter is its own, though others ask before it has run.
local q = sync.queue(1)
q:put(1)
spawn(function() q:put(2) end)
sleep(0)
print(q:get(), q:try_put(3))
print(q:get())
