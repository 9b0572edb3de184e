-- A deadline of its own ends a wait inside a cleanup.
local t = spawn(function()
  finally(function() sleep(9) end, function() print(pcall(wait_for, sleep, 1, 100)) print(now()) end)
end)
sleep(1)
t:cancel()
