---@meta lull.base64
-- The table `base64`: bytes as text (RFC 4648), and back.

---Bytes as text of letters, digits and two more characters (RFC 4648), and back.
---@class base64
base64 = {}

---Which base64.
---@class base64.options
---@field url? boolean base64url, with `-` and `_` instead of `+` and `/`, and without padding (default false)
local options = {}

---The bytes of a string as base64, in one line, with `=` at the end to fill up four characters; with `url` as base64url, without.
---
---```lua
---print(base64.encode("Lull?>~"), base64.encode("Lull?>~", { url = true })) --> THVsbD8+fg==	THVsbD8-fg
---```
---@async
---@param s string
---@param opts? base64.options
---@return string
function base64.encode(s, opts) end

---The bytes that base64 stands for. Line ends are skipped, and the `=` at the end may be missing. Raises kind `parse`, with `err.line` and `err.column`, where something else is there.
---
---```lua
---print(base64.decode("THVs\nbD8+"), base64.decode("THVsbA==")) --> Lull?>	Lull
---print(select(2, pcall(base64.decode, "THV*")).message) --> base64.decode: line 1, column 4: '*' is no character of base64
---```
---@async
---@param s string
---@param opts? base64.options
---@return string
function base64.decode(s, opts) end
