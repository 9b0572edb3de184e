-- Kind parse, line and column, and what to do.
for _, s in ipairs{ "Zm9*", "Zm9v\nYm\1y", "Z", "Zm9vY", "Zg=", "Zg===", "Zm9v=", "Zg==Zg==", "=", "====", "Zm 9v", "Zm-_", "Zm9vé", "Zm\0v" } do
	local ok, err = pcall(base64.decode, s)
	print(ok or err.kind, ok and "taken" or err.line, ok or err.column, ok or err.message)
end
print(select(2, pcall(base64.decode, "Zm+/", { url = true })).message)
local long = ("Zm9v"):rep(30000)
print(select(2, pcall(base64.decode, long .. "\n" .. long .. "?" .. long)).message)
for _, f in ipairs{ "encode", "decode" } do
	for _, args in ipairs{ {}, { {} }, { "x", 5 }, { "x", { urll = true } }, { "x", { url = 1 } } } do
		print(select(2, pcall(base64[f], unpack(args))).message)
	end
end
-- A foreign character is told before the padding that it makes wrong.
for _, s in ipairs{ "Y Q==", "é===", "Zm9v Yg==" } do print(select(2, pcall(base64.decode, s)).message) end
