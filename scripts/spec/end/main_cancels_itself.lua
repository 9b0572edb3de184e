-- A main task that is cancelled ends the run, after its cleanups, with status 1.
spawn(function() finally(function() sleep(99) end, function() print("task unwinds") end) end)
sleep(0)
finally(function()
  task.current():cancel("enough")
  sleep(1)
end, function() print("main unwinds") end)
