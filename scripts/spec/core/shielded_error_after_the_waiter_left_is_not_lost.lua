-- A task that fails after its waiter was cancelled is reported, and decides the status.
pcall(wait_for, function()
  shield(function() sleep(2) error("late", 0) end)
end, 1)
print("main ends")
