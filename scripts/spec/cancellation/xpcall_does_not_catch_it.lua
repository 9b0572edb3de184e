-- Nor does xpcall; its handler is not called.
print(task.move_on_after(function()
  xpcall(function() sleep(9) end, function() print("never") end)
  print("never")
end, 1))
