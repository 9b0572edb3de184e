-- A function given to await runs in the caller's own task, at once.
print(await(task.current) == task.current())
