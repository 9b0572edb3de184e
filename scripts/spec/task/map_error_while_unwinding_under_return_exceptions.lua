-- An error raised while unwinding from a cancellation is raised, return_exceptions or not.
local ok, err = pcall(wait_for, function()
  task.map({ 1 }, function() finally(function() sleep(9) end, function() error("cleanup", 0) end) end,
    { return_exceptions = true })
end, 1)
print(ok, err)
