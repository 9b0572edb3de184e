-- Caught there, the cancellation goes on at the next checkpoint.
print(task.move_on_after(function()
  print(pcall(gather, function() finally(function() sleep(9) end, function() error("member", 0) end) end))
  sleep(0)
  print("never")
end, 1))
