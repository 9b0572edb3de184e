-- What is shielded runs in a new task.
print(shield(task.current) == task.current())
