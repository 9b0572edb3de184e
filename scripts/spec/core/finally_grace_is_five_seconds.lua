-- A cleanup that waits on and on is cut after 5 s.
local t = spawn(function()
  finally(function() sleep(9) end, function() sleep(100) print("never") end)
end)
sleep(1)
t:cancel()
t:join()
print(now(), t:cancelled())
