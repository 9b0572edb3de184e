-- A deadline does not stop what was spawned under it.
print(pcall(wait_for, function()
  spawn(function() sleep(5) print("still here", now()) end)
  sleep(9)
end, 1))
