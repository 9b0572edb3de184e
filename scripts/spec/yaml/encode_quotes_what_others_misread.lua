-- Blocks, with strings quoted that a reader of YAML 1.1 or 1.2 would take for something else.
io.write(yaml.encode{ "no", "y", "On", "12:30", "0755", "1_000", "2024-05-01", "1.10", "~", "null", "", " x", "x ", "a: b", "a #b", "- x", "@x", "x:", "http://a.b/c?d", "plain text", "don't", "#x", "é", "=", "<<", "tab\t", "\1", "%x", ".inf", "0x1F", "e5", "_x", "/a/b" })
io.write(yaml.encode({ name = "job", on = true, list = { 1, { a = 1, b = { 2 } }, { { 3 } }, {} }, none = json.array(), null = json.null, script = "make\nmake test\n", note = "no end\nhere", odd = " lead\nx", last = "x\n\n", ["key: x"] = { deep = { er = 1.5 } } }, { sort = true }))
io.write(yaml.encode({ a = { { b = 1, c = { 2 } } } }, { indent = 4 }))
io.write(yaml.encode("text"), yaml.encode(nil), yaml.encode{}, yaml.encode(json.array()), yaml.encode(2 ^ 60), yaml.encode(1e300), yaml.encode(-1 / 0), yaml.encode("two\nlines"))
print((yaml.encode{ [("k"):rep(2000)] = 1 }:gsub("kkk+", "kk")))
for _, v in ipairs{ { a = print }, { 1, nil, 3 }, { "\255" }, { ["\255"] = 1 }, { [1.5] = 1 } } do print(select(2, pcall(yaml.encode, v)).message) end
local loop = { a = {} }
loop.a[1] = loop
print(select(2, pcall(yaml.encode, loop)).message, select(2, pcall(yaml.encode, 1, { indent = 1 })).message, select(2, pcall(yaml.encode)).message)
