-- async wants a function.
local ok, err = pcall(async, 1)
print(ok, err.message, err.kind)
