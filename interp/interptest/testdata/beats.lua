task.move_on_after(function()
  task.every(600, function() print("beat", now()) end)
end, 1500)
