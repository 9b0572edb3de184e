---@meta lull.json
-- The table `json`: values as JSON text (RFC 8259), and back.

---Values as JSON text (RFC 8259), and back. Lists stay lists, also when they are empty; integers keep their digits; names keep their order.
---@class json
---@field null json.null stands for null where a nil would leave no trace: in a list, or with the option `nulls`
json = {}

---The value that stands for null: `v == json.null`, and its `tostring` is `null`.
---@class json.null
local null = {}

---A number with more digits than a Lua number has: text for `tostring` and `..`, digits for `json.encode`; two of the same value are equal. It cannot be calculated with.
---@class json.number
local number = {}

---How a text is decoded.
---@class json.decode_options
---@field nulls? boolean null is `json.null` in objects as well, and at the top (default false: the field is absent, at the top nil)
---@field numbers? "double"|"string"|"exact" `"double"`: all are Lua numbers, rounded if need be; `"string"`: all are strings, digit by digit; `"exact"`: what a Lua number cannot hold is a `json.number`. By default integers above 2^53 are strings, and all other numbers are numbers
local decode_options = {}

---How a value is encoded.
---@class json.encode_options
---@field indent? integer|string spaces for each level, at most 16, or the string itself; without it everything is in one line
---@field sort? boolean names in the order of their bytes, not in that of `pairs`
local encode_options = {}

---The value that a JSON text stands for. An object becomes a table with its names in the order of the text (where one is there twice, the last counts), an array a table that is marked as a list, so that an empty one is written as `[]` again. null is absent in an object, and `json.null` in a list, so that places hold. Integers above 2^53, which a Lua number would round, come as strings.
---
---A text that is no JSON raises an error of kind `parse`, with `err.line` and `err.column` (in characters, from 1): invalid UTF-8, half of a surrogate pair, text after the end, more than 1,000 levels, a number that is too large for a double.
---
---```lua
---local v = json.decode('{"name": "ann", "tags": [], "id": 9007199254740993, "note": null}')
---print(v.name, #v.tags, v.id, v.note) --> ann	0	9007199254740993	nil
---print(json.encode(v)) --> {"name":"ann","tags":[],"id":"9007199254740993"}
---
---local ok, err = pcall(json.decode, '[1, 2,]')
---print(err.kind, err.line, err.column) --> parse	1	6
---print(err.message) --> json.decode: line 1, column 6: a comma before ']': JSON has none after the last item
---```
---@async
---@param s string
---@param opts? json.decode_options
---@return any value
function json.decode(s, opts) end

---The JSON text of a value, in one line unless `indent` is given. Names come in the order of `pairs`, which is that in which they were set. A table with the keys 1 to n is a list, as is one that is marked (by `json.decode`, `json.array`, `table.pack`, `gather`, `task.map`), whose field `n` counts its items, holes included, which are null. Any other table is an object, `{}`, too. Numbers are the shortest text that reads back as the same; error values are their text; nil and `json.null` are null.
---
---Raises where there is no such text, and says where: a function or another object, NaN and infinity, a list with holes that is not marked, keys of both kinds, a table that contains itself, a string that is no UTF-8.
---
---```lua
---print(json.encode{ name = "ann" }, json.encode{ 1, 2.5, "x" }, json.encode{}, json.encode(json.array())) --> {"name":"ann"}	[1,2.5,"x"]	{}	[]
---print(json.encode(table.pack(1, nil, 3))) --> [1,null,3]
---print(json.encode({ b = 1, a = { true } }, { indent = 2, sort = true }))
-----> {
----->   "a": [
----->     true
----->   ],
----->   "b": 1
-----> }
---print(select(2, pcall(json.encode, { users = { {}, { done = print } } })).message) --> json.encode: cannot encode function at users[2].done
---```
---@param value any
---@param opts? json.encode_options
---@return string
function json.encode(value, opts) end

---Marks a table as a list, so that it is one to `json.encode` though it is empty. It returns the table, or a new one. A table with a metatable cannot be marked, and one that gets a metatable is marked no longer; `setmetatable(t, nil)` keeps the mark.
---
---```lua
---print(json.encode{ tags = json.array(), names = json.array{ "a" } }) --> {"tags":[],"names":["a"]}
---```
---@param t? table
---@return table list
function json.array(t) end

---Whether a value is a table that is marked as a list: one that was an array in a decoded text, or came from `json.array`, `table.pack`, `gather` or `task.map`.
---
---```lua
---print(json.is_array(json.decode("[]")), json.is_array(json.decode("{}")), json.is_array{ 1, 2 }) --> true	false	false
---```
---@param value any
---@return boolean
function json.is_array(value) end

---A number with all the digits that are given: `json.encode` writes them as they are.
---
---```lua
---local id = json.number("138000000000000000001")
---print(json.encode{ id = id }, "id " .. id) --> {"id":138000000000000000001}	id 138000000000000000001
---print(json.decode("138000000000000000001", { numbers = "exact" }) == id) --> true
---```
---@param digits string|number
---@return json.number
function json.number(digits) end
