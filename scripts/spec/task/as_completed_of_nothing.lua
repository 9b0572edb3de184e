-- Of an empty list nothing is handed out.
for _ in task.as_completed{} do print("never") end
print(select(2, pcall(task.as_completed, 1)).message)
