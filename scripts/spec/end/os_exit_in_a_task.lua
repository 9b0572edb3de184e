-- os.exit in a task ends main as well.
spawn(function() sleep(1) os.exit(4) print("never") end)
finally(function() sleep(99) end, function() print("main unwinds", now()) end)
