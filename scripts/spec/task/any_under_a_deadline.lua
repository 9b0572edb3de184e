-- A time-out of the caller is a time-out, whatever has failed before.
local ok, err = pcall(wait_for, function()
  task.any{ function() error("early", 0) end, function() sleep(9) end }
end, 1)
print(ok, err.kind, now())
