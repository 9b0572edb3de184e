-- A daemon is in the list like any other.
task.daemon(sleep, math.huge)
sleep(0)
print(#task.all())
