-- A shielded function runs in a new task.
print(shield(task.current) == task.current())
