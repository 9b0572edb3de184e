-- An error that one of the others raises while it unwinds is raised instead of returning.
local ok, err = pcall(task.any, { function() error("before", 0) end, function() return sleep(1, "v") end, function()
  finally(function() sleep(9) end, function() error("unwinding", 0) end)
end })
print(ok, err, err.others)
