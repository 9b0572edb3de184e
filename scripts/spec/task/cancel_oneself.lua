-- A task that cancels itself unwinds at its next checkpoint, not before.
local t = spawn(function()
  print(task.current():cancel())
  print("goes on")
  sleep(0)
  print("never")
end)
t:join()
print(t:cancelled())
