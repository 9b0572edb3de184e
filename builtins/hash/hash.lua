---@meta lull.hash
-- The table `hash`: digests of strings and files.

---Digests of strings and files, as hexadecimal digits in lower case. `sha256` and `sha512` are for security; `sha1`, `md5` and `crc32` for what others ask for.
---@class hash
hash = {}

---A digest that grows; see `hash.new`.
---@class hash.running
local h = {}

---SHA-256 of a string.
---
---```lua
---print(hash.sha256("abc")) --> ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad
---```
---@async
---@param s string
---@return string hex
function hash.sha256(s) end

---SHA-512 of a string.
---
---```lua
---print(#hash.sha512("abc"), hash.sha512("abc"):sub(1, 16)) --> 128	ddaf35a193617aba
---```
---@async
---@param s string
---@return string hex
function hash.sha512(s) end

---SHA-1 of a string: for git and other protocols, not for security.
---
---```lua
---print(hash.sha1("abc")) --> a9993e364706816aba3e25717850c26c9cd0d89d
---```
---@async
---@param s string
---@return string hex
function hash.sha1(s) end

---MD5 of a string: for checksums that others give, not for security.
---
---```lua
---print(hash.md5("abc")) --> 900150983cd24fb0d6963f7d28e17f72
---```
---@async
---@param s string
---@return string hex
function hash.md5(s) end

---CRC-32 (IEEE) of a string, as eight digits: tells whether data was damaged, not whether it was changed on purpose.
---
---```lua
---print(hash.crc32("abc"), tonumber(hash.crc32("abc"), 16)) --> 352441c2	891568578
---```
---@async
---@param s string
---@return string hex
function hash.crc32(s) end

---The digest of a file's bytes, which are read piece by piece. Raises kind `io` where it cannot be read. Cancelled, it ends at once.
---
---```lua
---local path = os.tmpname()
---write(path, "abc")
---print(hash.file("md5", path)) --> 900150983cd24fb0d6963f7d28e17f72
---os.remove(path)
---```
---@async
---@param name "sha256"|"sha512"|"sha1"|"md5"|"crc32"
---@param path string
---@return string hex
function hash.file(name, path) end

---The HMAC (RFC 2104) of a string: a digest that only who has the key can make. Compare it with `hash.equal`.
---
---```lua
---print(hash.hmac("sha256", "key", "message"):sub(1, 16)) --> 6e9ef29b75fffc5b
---```
---@async
---@param name "sha256"|"sha512"|"sha1"|"md5"
---@param key string
---@param s string
---@return string hex
function hash.hmac(name, key, s) end

---A digest to which strings are added as they come.
---
---```lua
---local h = hash.new("sha256")
---h:add("a"):add("bc")
---print(h:hex() == hash.sha256("abc")) --> true
---```
---@param name "sha256"|"sha512"|"sha1"|"md5"|"crc32"
---@return hash.running
function hash.new(name) end

---Whether two strings are equal, in a time that does not tell where they differ: for digests, tokens and passwords.
---
---```lua
---print(hash.equal("secret", "secret"), hash.equal("secret", "secreT"), hash.equal("secret", "")) --> true	false	false
---```
---@param a string
---@param b string
---@return boolean
function hash.equal(a, b) end

---Adds a string, and returns the digest itself. One task adds at a time; an add that was cancelled leaves a digest that raises.
---
---```lua
---local h = hash.new("crc32")
---for _, s in ipairs{ "a", "b", "c" } do h:add(s) end
---print(h:hex()) --> 352441c2
---```
---@async
---@param s string
---@return hash.running
function h:add(s) end

---The digest of what was added so far. More can be added.
---
---```lua
---local h = hash.new("md5")
---print(h:hex()) --> d41d8cd98f00b204e9800998ecf8427e
---```
---@return string hex
function h:hex() end
