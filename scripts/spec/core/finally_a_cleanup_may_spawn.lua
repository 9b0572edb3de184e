-- A task that a cleanup spawns lives on.
local t = spawn(function()
  finally(function() sleep(9) end, function() spawn(function() sleep(20) print("spawned", now()) end) end)
end)
sleep(1)
t:cancel()
