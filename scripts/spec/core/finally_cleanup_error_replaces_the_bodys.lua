-- The error of a cleanup is raised, with the body's as err.cause.
local ok, err = pcall(finally, function() error("body", 0) end, function() error("cleanup", 0) end)
print(ok, tostring(err), err.kind, err.cause)
