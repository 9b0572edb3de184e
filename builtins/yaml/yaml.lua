---@meta lull.yaml
-- The table `yaml`: YAML 1.2 as tables, and back.

---YAML 1.2 by its core schema as tables, and back: `no`, `on` and dates are strings, `1.10` is a number.
---@class yaml
yaml = {}

---How a text is decoded.
---@class yaml.decode_options
---@field all? boolean a list of all documents of the text (default false: more than one is an error)
---@field nulls? boolean null is `json.null` in mappings as well, and at the top (default false: the field is absent, at the top nil)
---@field numbers? "double"|"string"|"exact" as in `json.decode`: by default integers above 2^53 are strings, and all other numbers are numbers
local decode_options = {}

---How a value is encoded.
---@class yaml.encode_options
---@field indent? integer spaces for each level, 2 (default) to 9
---@field sort? boolean names in the order of their bytes, not in that of `pairs`
local encode_options = {}

---The value that a YAML text stands for. Null is absent in a mapping and `json.null` in a list; an empty text is nil. Keys become their text; `<<` merges; each alias is a copy of what it names, and together they come to at most 100,000 values.
---A text that is no YAML raises an error of kind `parse`, with `err.line` and `err.column`; so do a key that is there twice, lists, mappings and null as keys, tags beyond the core schema, and several documents without `all`. (The parser, go.yaml.in/yaml/v3, refuses some exotic forms of YAML 1.2 as well, such as `?x` in braces, `\/` in quotes, and names of anchors other than letters, digits, `_` and `-`.)
---
---```lua
---local t = yaml.decode[[
---name: deploy
---on: push
---steps:
---  - run: make
---    retries: 2
---]]
---print(t.name, t.on, t.steps[1].run, t.steps[1].retries) --> deploy	push	make	2
---print(#yaml.decode("a\n---\nb\n", { all = true })) --> 2
---print(select(2, pcall(yaml.decode, "a: 1\na: 2")).message) --> yaml.decode: line 2, column 1: the key 'a' is there twice
---```
---@async
---@param s string
---@param opts? yaml.decode_options
---@return any value
function yaml.decode(s, opts) end

---The YAML text of a value, in blocks. Lists are told as in `json.encode`. Strings that this or another reader would take for something else (`no`, `12:30`, `0755`, dates) are quoted. Raises where there is no such text, and says where.
---
---```lua
---io.write(yaml.encode{ name = "deploy", steps = { { run = "make", when = "no" }, "x: y" }, none = {} })
-----> name: deploy
-----> steps:
----->   - run: make
----->     when: "no"
----->   - "x: y"
-----> none: {}
---```
---@param value any
---@param opts? yaml.encode_options
---@return string
function yaml.encode(value, opts) end
