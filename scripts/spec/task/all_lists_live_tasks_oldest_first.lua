-- task.all() lists the tasks that have not ended, oldest first.
local a, b = spawn(sleep, 1), spawn(sleep, 2)
local all = task.all()
print(#all, all[1] == task.current(), all[2] == a, all[3] == b)
sleep(1.5)
print(#task.all())
