-- A member that is cancelled from outside has not succeeded.
local t = spawn(sleep, 9)
spawn(function() sleep(1) t:cancel() end)
local ok, err = pcall(task.any, { t })
print(ok, err.kind, err.message)
print(task.any{ t, function() return "v" end })
