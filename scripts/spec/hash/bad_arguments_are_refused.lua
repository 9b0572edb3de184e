-- Names are known ones, and strings are wanted.
local function try(name, ...) print(select(2, pcall(hash[name], ...)).message) end
try("sha256") try("md5", {}) try("new") try("new", "sha3") try("new", {}) try("hmac", "crc32", "", "") try("hmac", "md5") try("hmac", "md5", "k") try("hmac", "md5", "k", {})
try("file", "md5") try("file", "x", "y") try("file", "md5", "a\0b") try("equal", 1) try("equal", {}, "") try("new", ("x"):rep(100))
print(select(2, pcall(hash.new("md5").add, hash.new("md5"), {})).message)
print(hash.md5(12) == hash.md5("12"))
