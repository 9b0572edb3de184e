-- The third argument is the grace.
local t = spawn(function()
  finally(function() sleep(9) end, function() sleep(100) end, 2)
end)
sleep(1)
t:cancel()
t:join()
print(now())
