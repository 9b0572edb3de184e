-- With zero or less nothing is started.
print(task.move_on_after(print, 0, "never"))
print(task.move_on_after(print, nil, "no limit"))
