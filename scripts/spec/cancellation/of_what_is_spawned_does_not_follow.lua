-- A spawned task is not cancelled with its spawner.
local t = spawn(function()
  spawn(function() sleep(3) print("lives", now()) end)
  sleep(9)
end)
sleep(1)
t:cancel()
