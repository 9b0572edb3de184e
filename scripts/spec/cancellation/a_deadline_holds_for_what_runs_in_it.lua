-- Code that goes on after a caught error is still under the deadline.
print(task.move_on_after(function()
  pcall(error, "x")
  print(pcall(wait_for, sleep, 1, 5))
  sleep(5)
  print("never")
end, 3))
