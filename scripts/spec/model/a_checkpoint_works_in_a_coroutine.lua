-- A wait inside a coroutine parks the whole task; yields go on as ever.
local gen = coroutine.wrap(function() for i = 1, 3 do sleep(1) coroutine.yield(i) end end)
spawn(function() sleep(0.5) print("other", now()) end)
print(gen(), gen(), gen(), now())
