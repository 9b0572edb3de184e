-- gzip and gunzip are each other's inverse; the same string gives the same bytes, and several packed pieces come out as one.
for _, s in ipairs{ "", "x", ("lull "):rep(30000), "\0\255" } do
	local packed = archive.gzip(s)
	print(#s, packed:sub(1, 2) == "\31\139", archive.gunzip(packed) == s, packed == archive.gzip(s))
end
local s = ("some text, "):rep(1000)
print(#archive.gzip(s, 9) <= #archive.gzip(s, 1), archive.gunzip(archive.gzip(s, 1)) == s, archive.gunzip(archive.gzip("a") .. archive.gzip("b")))
