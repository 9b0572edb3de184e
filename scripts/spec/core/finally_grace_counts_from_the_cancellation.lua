-- A cancellation that comes during the cleanup starts the grace.
local t = spawn(function()
  finally(function() end, function() sleep(100) print("never") end, 2)
end)
sleep(10)
t:cancel()
t:join()
print(now())
