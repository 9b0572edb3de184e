-- An error of when is raised, with the attempt's as its cause.
local ok, err = pcall(task.retry, function() error("attempt", 0) end, { when = function() error("when", 0) end })
print(ok, tostring(err), err.cause)
