-- RFC 4648's vectors, base64url, line ends and missing padding.
for _, s in ipairs{ "", "f", "fo", "foo", "foob", "fooba", "foobar", "\0\255\254" } do
	local text, url = base64.encode(s), base64.encode(s, { url = true })
	print(text, url, base64.decode(text) == s, base64.decode(url, { url = true }) == s, base64.decode((text:gsub("=", ""))) == s)
end
print(base64.decode("Zm9v\r\nYmFy\n"), base64.decode("Zm9vYg=\n="), base64.decode("\n"), base64.decode("Zg==\r\n"))
local long = ("\0\1\2xyz"):rep(50000)
print(base64.decode(base64.encode(long)) == long, base64.decode((base64.encode(long):gsub(("."):rep(76), "%0\n"))) == long)
