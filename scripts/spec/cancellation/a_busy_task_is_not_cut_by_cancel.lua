-- t:cancel() of a task that computes waits for its checkpoint, however long that takes.
-- real time
local t
spawn(function() sleep(0.01) t:cancel() end)
t = spawn(function()
  local start = now()
  repeat until now() - start > 0.15
  print("computed to the end")
  sleep(0)
  print("never")
end)
t:join()
print(t:cancelled())
