-- A coroutine that has not started is a task's body.
local t = spawn(coroutine.create(function(a, b) sleep(1) return a + b end), 1, 2)
print(await(t), now())
