-- Out of time: false, when it has unwound.
print(task.move_on_after(function()
  finally(function() sleep(9) end, function() sleep(1) end)
end, 1))
print(now())
