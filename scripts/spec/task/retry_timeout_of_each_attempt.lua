-- timeout cancels an attempt, waits until it has unwound, and counts as a failure of kind timeout.
local ok, err = pcall(task.retry, function(n)
  finally(function() sleep(9) end, function() sleep(1) print("unwound", n, now()) end)
end, { attempts = 2, timeout = 2, delay = 1, when = function(e) print(e.kind) return true end })
print(ok, err.message, now())
