-- The period is above zero; a function is wanted.
print(select(2, pcall(task.every, 0, print)).message)
print(select(2, pcall(task.every, -1, print)).message)
print(select(2, pcall(task.every, 0 / 0, print)).message)
print(select(2, pcall(task.every, 1)).message)
