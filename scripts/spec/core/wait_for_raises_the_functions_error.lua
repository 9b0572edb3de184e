-- An error of what is waited for is raised as it was.
local e = {}
local ok, err = pcall(wait_for, function() error(e) end, 1)
print(ok, err == e)
