-- When the attempts are used up the last error is raised, as it was.
local e
local ok, err = pcall(task.retry, function(n) e = { n } error(e) end, { attempts = 2 })
print(ok, err == e, err[1], now())
