-- An error has kind parse, line and column, in characters, and says what is wrong.
local function try(s)
	local ok, err = pcall(json.decode, s)
	if ok then print("accepted", s) else print(err.kind, err.line, err.column, err.message) end
end
for _, s in ipairs{
	"", " \n ", "[1, 2", '{"a": 1', '{"a"', "[1,]", '{"a": 1,\n}', "[1 2]", '{"a" 1}', "{'a': 1}", "{a: 1}", "[1, // two\n2]", "/* x */ 1", "# x", "NaN", "-Infinity", "None", "True", "undefined", "'x'", "word",
	"[1]]", '{"a": 1}\n{"b": 2}', "1 x", "01", "-", "1.", ".5", "+1", "1e", "0x10", "1e400", "1-2", '"a\nb"', '"a\tb"', '"abc', '"\\x41"', '"\\u12g4"', '"\\ud800"', '"\\udc00 "', '"\\ud800\\u0041"', '"\\',
	"\239\187\191{}", "\255\254{\0}\0", "[\0]", '"\0"', '"\255"', '["ü", "ä\255"]', "\226\128\156x\226\128\157", "[1}", "{,}", "[,]", "[:]", ("["):rep(1001), "\194\160{}",
} do
	try(s)
end
print(select(2, pcall(json.decode, "x")))
