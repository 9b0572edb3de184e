-- A member that never had a turn when the first error came never starts.
local ok, err = pcall(gather, function() error("first", 0) end, function() print("never") end)
print(ok, err)
