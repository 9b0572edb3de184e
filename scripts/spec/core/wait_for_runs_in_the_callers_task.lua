-- A function given to wait_for runs in the caller's own task.
print(wait_for(task.current, 1) == task.current())
