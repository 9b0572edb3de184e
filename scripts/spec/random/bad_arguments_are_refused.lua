-- Sizes have bounds, and ranges a number in them.
local function try(name, ...) print(select(2, pcall(random[name], ...)).message) end
try("bytes") try("bytes", -1) try("bytes", 1.5) try("bytes", 2 ^ 40) try("bytes", "x") try("bytes", 0 / 0) try("token", -1) try("token", {})
try("uuid", 5) try("uuid", "x") try("int") try("int", 1) try("int", 2, 1) try("int", 1, 1.5) try("int", 1, 2 ^ 60)
