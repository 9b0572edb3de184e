-- when(err) false gives up: the error is raised at once.
local ok, err = pcall(task.retry, function(n) error(n == 1 and "soft" or "hard", 0) end,
  { attempts = 9, when = function(e) print("asked", e) return e == "soft" end })
print(ok, err, now())
