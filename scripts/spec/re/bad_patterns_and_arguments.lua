-- A faulty pattern says what is wrong; one that RE2 does not have does so, too.
for _, p in ipairs{ "(", "a)", "[z-a]", "*", "a**", "(?=x)", "(?<!x)y", [[(a)\1]], [[\y]], "(a{1000}){1000}", "x{1001}", ("("):rep(2000), "\255" } do
	print((select(2, pcall(re.find, "x", p)).message))
end
local function try(name, ...) print(select(2, pcall(re[name], ...)).message) end
try("find") try("find", "x") try("find", {}, "x") try("find", "x", {}) try("match", "x", "x", "y") try("match", "x", "x", 1.5)
try("gsub", "x", "x") try("gsub", "x", "x", 5 > 4) try("gsub", "x", "x", "%") try("gsub", "x", "x", "%2") try("gsub", "x", "x", "%a") try("gsub", "x", "x", "y", -1) try("gsub", "x", "x", "y", 1.5)
try("split", "x", "x", 0) try("split", "x", "x", 0 / 0) try("gmatch", "x", "(") try("escape") try("escape", {})
