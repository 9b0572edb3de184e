-- A cancellation is no error: pcall does not catch it.
print(task.move_on_after(function()
  while true do pcall(sleep, 10) end
end, 1), now())
