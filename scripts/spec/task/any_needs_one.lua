-- At least one is needed, in a list.
print(select(2, pcall(task.any, {})).message)
print(select(2, pcall(task.any, sleep)).message)
