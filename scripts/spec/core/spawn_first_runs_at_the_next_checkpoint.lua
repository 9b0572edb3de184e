-- A spawned task first runs at the spawner's next checkpoint.
spawn(function() print("task") end)
print("main")
sleep(0)
print("main again")
