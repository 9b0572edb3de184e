-- A daemon's error counts like any other.
task.daemon(function() sleep(1) error("daemon", 0) end)
sleep(2)
print("main ends")
