-- A cancellation ends it, between beats or in fn.
print(task.move_on_after(task.every, 3.5, 1, function() print(now()) end))
