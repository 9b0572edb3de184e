-- In main and in a task's own function coroutine.running() is nil.
print(coroutine.running())
await(spawn(function() print(coroutine.running()) end))
coroutine.wrap(function() print(type(coroutine.running())) end)()
