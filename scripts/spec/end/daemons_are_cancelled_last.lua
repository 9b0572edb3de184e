-- Daemons are cancelled when the rest has ended.
task.daemon(function() finally(function() sleep(math.huge) end, function() print("daemon unwinds") end) end)
spawn(function() sleep(3) print("task ends") end)
