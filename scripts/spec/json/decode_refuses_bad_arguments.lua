-- A string and a table of known options are wanted.
for _, arg in ipairs{ {}, { {} }, { print }, { true }, { "1", 5 }, { "1", { null = true } }, { "1", { nulls = "yes" } }, { "1", { numbers = "big" } }, { "1", { numbers = 1 } } } do
	print(select(2, pcall(json.decode, unpack(arg))).message)
end
print(json.decode(12), pcall(json.number, "1x"), pcall(json.number, {}))
print(json.number(2 ^ 53), json.number("1.10"), json.number(json.number("7")))
