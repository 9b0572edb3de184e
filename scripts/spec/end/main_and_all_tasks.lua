-- The script ends when main has returned and every task has ended.
spawn(function() sleep(10) print("last", now()) end)
print("main returns")
