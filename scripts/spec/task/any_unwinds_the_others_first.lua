-- The others have unwound before any returns.
print(task.any{ function() return sleep(1, "v") end, function()
  finally(function() sleep(9) end, function() sleep(1) print("unwound") end)
end })
