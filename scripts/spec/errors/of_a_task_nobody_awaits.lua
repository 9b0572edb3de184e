-- A task that fails unawaited prints a line at once, and decides the status at the end.
spawn(function() sleep(1) error("lost", 0) end)
sleep(2)
print("main ends")
