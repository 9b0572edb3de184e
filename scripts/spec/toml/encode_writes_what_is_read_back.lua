-- Values first, then tables; lists of tables have headers; keys and strings are quoted where they must be.
local t = {
	top = 1, list = { 1, { 2, "x" }, {} }, empty = {}, none = json.array(), ["a key"] = true, [""] = "", null = json.null,
	sub = { deep = { deeper = { x = 0.5 } }, y = "z" }, rows = { { a = 1 }, { b = { c = 2 } }, {} }, mixed = { 1, { a = 1 } },
	text = "tab\t \"q\" \\ \n\r\1 é", big = 2 ^ 60, neg = -0.0, inf = math.huge, nan = 0 / 0,
}
local text = toml.encode(t, { sort = true })
io.write(text)
local back = toml.decode(text)
print(back.text == t.text, back.big == t.big, 1 / back.neg, back.inf, back.nan ~= back.nan, back.rows[2].b.c, #back.rows, back.sub.deep.deeper.x, back.null)
back.nan, t.nan, t.null, back.inf, t.inf, back.neg, t.neg, t.empty, back.empty, t.rows, back.rows, t.none, back.none = nil
print(toml.encode(back, { sort = true }) == toml.encode(t, { sort = true }), toml.encode{} == "")
for _, v in ipairs{ { 1 }, { a = print }, { a = { 1, nil, 3 } }, { a = { json.null } }, { [1.5] = 1 }, { a = "\255" }, { ["\255"] = 1 }, { a = { x = { 1, y = 2 } } }, "x" } do
	print(select(2, pcall(toml.encode, v)).message)
end
local loop = { a = {} }
loop.a.b = loop
print(select(2, pcall(toml.encode, loop)).message)
