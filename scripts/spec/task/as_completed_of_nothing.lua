-- An empty list hands nothing out.
for _ in task.as_completed{} do print("never") end
print(select(2, pcall(task.as_completed, 1)).message)
