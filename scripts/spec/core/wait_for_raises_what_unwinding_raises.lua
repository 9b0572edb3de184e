-- An error raised while unwinding is raised instead of the time-out.
local ok, err = pcall(wait_for, function()
  finally(function() sleep(9) end, function() error("in cleanup", 0) end)
end, 1)
print(ok, err)
