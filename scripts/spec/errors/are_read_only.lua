-- An error value cannot be changed.
local ok, err = pcall(sleep, {})
print(select(2, pcall(function() err.kind = "x" end)):match("read%-only"))
print(err.nothing)
