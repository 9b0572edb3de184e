-- An outer deadline at the same instant decides.
print(pcall(wait_for, function() print(task.move_on_after(sleep, 1, 9)) end, 1))
