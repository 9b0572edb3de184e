-- A task that is cancelled before its first turn never starts.
local t = spawn(function() finally(print, function() print("never") end) end)
t:cancel()
t:join()
print(t:cancelled(), t:done())
