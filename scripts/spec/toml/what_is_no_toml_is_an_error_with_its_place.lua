-- Kind parse, line and column, and what is wrong.
local function try(s)
	local ok, err = pcall(toml.decode, s)
	if ok then print("taken", s) else print(err.kind, err.line, err.column, err.message) end
end
for _, s in ipairs{
	"a", "a =", "a = 1 b = 2", "a = 1\na = 2", "[a]\n[a]", "a = 1\n[a.b]", "a.b = 1\na = 2", "[a.b]\n[a]\nb.c = 1", "a = {}\n[a.b]", "a = []\n[[a]]", "[[a]]\n[a]", "= 1", "a b = 1", "é = 1",
	"a = 'x", "a = \"x\ny\"", "a = \"\\x41\"", "a = \"\\ud800\"", "a = \"\1\"", "a = \"\0\"", "# \1", "a = [1 2]", "a = [1, 2", "a = {x = 1,}", "a = {x = 1\n}", "[a", "[[a]", "a = 01", "a = 1__0", "a = .5", "a = 1.", "a = 0xG",
	"a = 1e400", "a = True", "a = null", "a = word", "a = 2024-02-30", "a = 25:00:00", "a = 1\rb = 2", "a = \"\255\"", "a = " .. ("["):rep(1001), ("a."):rep(1001) .. "b = 1",
} do
	try(s)
end
for _, args in ipairs{ {}, { {} }, { "", 5 }, { "", { numbers = "x" } }, { "", { number = "double" } } } do print(select(2, pcall(toml.decode, unpack(args))).message) end
