-- A loop that retries on any error does not survive its own time-out.
local attempts = 0
print(task.move_on_after(function()
  while not pcall(function() attempts = attempts + 1 sleep(9) error("x") end) do end
end, 30))
print(attempts)
