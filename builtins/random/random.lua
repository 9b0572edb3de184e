---@meta lull.random
-- The table `random`: what nobody can guess.

---Random bytes, tokens, UUIDs and numbers from the system's source, which nobody can guess. They are random in virtual time, too: for numbers that are the same in every run there is `math.random`.
---@class random
random = {}

---A string of `n` random bytes, at most 64 MiB.
---
---```lua
---print(#random.bytes(16), random.bytes(16) == random.bytes(16)) --> 16	false
---```
---@param n integer
---@return string
function random.bytes(n) end

---A random string of letters, digits, `-` and `_` (base64url of `n` random bytes): for passwords, session keys and names. The default of 32 bytes gives 43 characters.
---
---```lua
---print(#random.token(), #random.token(9), random.token():find("[^%w_-]")) --> 43	12	nil
---```
---@param n? integer bytes (default 32)
---@return string
function random.token(n) end

---A UUID (RFC 9562): of version 4, which is random, or 7, which begins with the time of the machine's clock, so that those that are made later sort behind those that were made before.
---
---```lua
---print(#random.uuid(), random.uuid():sub(15, 15), random.uuid(7):sub(15, 15)) --> 36	4	7
---print(random.uuid(7) < random.uuid(7)) --> true
---```
---@param version? integer 4 or 7 (default 4)
---@return string
function random.uuid(version) end

---A random whole number from `m` to `n`, each as likely as any other.
---
---```lua
---local n = random.int(1, 6)
---print(n >= 1 and n <= 6, random.int(7, 7)) --> true	7
---```
---@param m integer
---@param n integer
---@return integer
function random.int(m, n) end
