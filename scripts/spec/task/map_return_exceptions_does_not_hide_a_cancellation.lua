-- return_exceptions keeps errors, not the caller's own cancellation.
local t = spawn(function()
  task.map({ 1, 2 }, function() sleep(9) end, { return_exceptions = true })
  print("never")
end)
sleep(1)
t:cancel()
t:join()
print(t:cancelled(), now())
