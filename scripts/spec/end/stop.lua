-- stop returns; at every task's next checkpoint it is cancelled, and the run ends well.
spawn(function() finally(function() sleep(99) end, function(_, e) print("task", e.kind) end) end)
sleep(1)
finally(function()
  stop()
  print("goes on")
  sleep(0)
  print("never")
end, function(_, e) print("main", e.kind) end)
