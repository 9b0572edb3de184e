-- In time: true and all values.
print(task.move_on_after(function(...) return ... end, 1, "a", nil, "c"))
