-- The input of a command may be a text, a handle or a function; its output may go to several places at once.
print((process.read { "cat", input = "text" }))
local n = 0
print((process.read { "cat", input = function() n = n + 1 return n <= 3 and tostring(n) or nil end }))
process.run { "printf", "one\ntwo", stdout = function(line) print("line " .. line) end }
local r = process.run { "echo", "x", stdout = { "inherit", "capture" }, prefix = "> " }
print(#r.stdout)
r = process.run { "sh", "-c", "echo a >&2", stderr = "stdout", stdout = "capture" }
print(r.stdout == "a\n", r.stderr)
