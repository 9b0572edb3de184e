-- Two digits a byte, in lower case; what is no digit is an error with its place.
print(hex.encode(""), hex.encode("\0\127\255az"), hex.decode("007fFF61") == "\0\127\255a", hex.decode("") == "")
local long = ("\0\1\2xyz"):rep(50000)
print(hex.decode(hex.encode(long)) == long)
for _, s in ipairs{ "1", "zz", "1z", "00 11", "00\n1", "0é", hex.encode(long) .. "0x" } do
	local _, err = pcall(hex.decode, s)
	print(err.kind, err.line, err.column, err.message)
end
for _, args in ipairs{ { hex.encode }, { hex.decode, {} }, { hex.encode, print } } do print(select(2, pcall(unpack(args))).message) end
