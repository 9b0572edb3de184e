-- Kind parse, line and column: what YAML forbids, and what Lua's tables cannot hold.
local function try(s, opts)
	local ok, err = pcall(yaml.decode, s, opts)
	if ok then print("taken", json.encode(err)) else print(err.kind, err.line, err.column, err.message) end
end
for _, s in ipairs{
	"a: 1\na: 2", "a: b: c", "a:\n\t- x", "[1, 2", "{a: 1", "'x", "a\n---\nb", "? [1]\n: x", "{a: 1}: x", "~: x", ": x", "x: !!binary aGk=", "x: !custom 1", "!!set {a}", "x: !!int word", "x: *nothing", "a: &a [*a]",
	"x: \"\\q\"", "x: \255", "x: \1", "<<: 1", "a: &a {<<: *a}", "- a\nb: c", "1e400", ("["):rep(1100) .. ("]"):rep(1100), "%YAML 3.0\n---\na",
} do
	try(s)
end
local bomb = { "a0: &a0 [x, x, x, x, x, x, x, x, x, x]" }
for i = 1, 9 do bomb[#bomb + 1] = ("a%d: &a%d [%s]"):format(i, i, ("*a" .. i - 1 .. ", "):rep(10)) end
try(table.concat(bomb, "\n"))
for _, args in ipairs{ {}, { {} }, { "", 5 }, { "", { numbers = "x" } }, { "", { al = true } }, { "", { all = 1 } } } do print(select(2, pcall(yaml.decode, unpack(args))).message) end
