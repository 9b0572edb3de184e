-- g:spawn after the end of the group is an error.
local g
group(function(x) g = x end)
local ok, err = pcall(g.spawn, g, sleep, 1)
print(ok, err.message)
