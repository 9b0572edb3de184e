-- A cancelled map cancels its tasks and starts no more.
print(pcall(wait_for, function()
  task.map({ 1, 2, 3, 4 }, function(i) finally(function() sleep(9) end, function() print("unwinds", i) end) end, { limit = 2 })
end, 1))
print(#task.all())
