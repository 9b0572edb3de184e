---@meta lull.toml
-- The table `toml`: TOML 1.0 as tables, and back.

---TOML 1.0 (https://toml.io) as tables, and back.
---@class toml
toml = {}

---How a text is decoded.
---@class toml.decode_options
---@field numbers? "double"|"string"|"exact" as in `json.decode`: by default integers above 2^53 are strings, and all other numbers are numbers
local decode_options = {}

---How a table is encoded.
---@class toml.encode_options
---@field sort? boolean names in the order of their bytes, not in that of `pairs`
local encode_options = {}

---The tables that a TOML text stands for, with names in the order of the text. Dates and times are strings, as they are written. Integers above 2^53, which a Lua number would round, come as strings; those in hexadecimal, octal or binary as decimal digits.
---A text that is no TOML raises an error of kind `parse`, with `err.line` and `err.column` (in characters, from 1): also a key that is there twice.
---
---```lua
---local t = toml.decode[=[
---title = "jobs"
---[server]
---host = "a.example"
---ports = [80, 0x1BB]
---since = 2024-05-01
---]=]
---print(t.title, t.server.host, t.server.ports[2], t.server.since) --> jobs	a.example	443	2024-05-01
---print(select(2, pcall(toml.decode, "a = 1\na = 2")).message) --> toml.decode: line 2, column 1: the key 'a' is there twice
---```
---@async
---@param s string
---@param opts? toml.decode_options
---@return table
function toml.decode(s, opts) end

---The TOML text of a table with names: its values first, then the tables in it. Lists are told as in `json.encode`; `json.null` is left out in a table and an error in a list; numbers are the shortest text that reads back. Raises where there is no such text, and says where.
---
---```lua
---local text = toml.encode{ server = { ports = { 80, 443 } }, title = "jobs" }
---print((text:gsub("\n+", " / "):gsub(" / $", ""))) --> title = "jobs" / [server] / ports = [80, 443]
---print(select(2, pcall(toml.encode, { a = { 1, json.null } })).message) --> toml.encode: cannot encode null in a list at a[2]; TOML has no null
---```
---@param t table
---@param opts? toml.encode_options
---@return string
function toml.encode(t, opts) end
