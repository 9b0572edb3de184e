-- A function that timed out has unwound before the time-out is raised.
print(pcall(wait_for, function()
  finally(function() sleep(9) end, function() sleep(2) print("unwound") end)
end, 1))
print(now())
