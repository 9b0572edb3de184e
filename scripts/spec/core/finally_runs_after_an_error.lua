-- cleanup(false, err) runs after an error, which is raised again as it was.
local e = {}
local ok, err = pcall(finally, function() error(e) end, function(ok, err) print(ok, err == e) end)
print(ok, err == e)
