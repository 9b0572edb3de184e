-- A cleanup sees a cancellation as an error of kind cancelled, with the reason.
local t = spawn(function()
  finally(function() sleep(9) end, function(ok, err) print(ok, err.kind, err.message) end)
end)
sleep(1)
t:cancel("enough")
