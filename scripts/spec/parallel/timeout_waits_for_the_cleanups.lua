-- A time-out cancels the isolate; the call raises when that has closed.
local ok, e = pcall(wait_for, parallel.run, 2, function()
  finally(function() sleep(100) end, function(ok, e) print("cleanup", e.kind) sleep(1) end)
end)
print(e.kind, now())
