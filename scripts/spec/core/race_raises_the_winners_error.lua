-- If the first to end has failed, its error is raised.
local ok, err = pcall(race, function() sleep(2) end, function() sleep(1) error("quick", 0) end)
print(ok, err, now())
