-- finally in a task that is cancelled already does not begin its body, but cleans up: nothing that was opened before it is left.
local t = spawn(function()
  task.current():cancel("at once")
  local opened = "opened"
  finally(function() print("never") end, function(ok, err)
    sleep(1)
    print("closes what is " .. opened, ok, err.kind, err.message, now())
  end)
  print("never")
end)
t:join()
print(t:cancelled())
