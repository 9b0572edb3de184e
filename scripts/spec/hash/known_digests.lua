-- The digests that the standards give.
for _, name in ipairs{ "sha256", "sha512", "sha1", "md5", "crc32" } do
	print(name, hash[name]("abc"), hash[name]("") == hash.new(name):hex(), #hash[name](("x"):rep(1e5)))
end
print(hash.sha256(""), hash.crc32("123456789"))
print(hash.hmac("sha256", "Jefe", "what do ya want for nothing?"))
print(hash.hmac("md5", ("\170"):rep(80), "Test Using Larger Than Block-Size Key - Hash Key First"))
print(hash.equal("abc", "abc"), hash.equal("abc", "abd"), hash.equal("abc", "ab"), hash.equal("", ""))
