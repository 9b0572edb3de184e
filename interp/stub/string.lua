---@meta lull.string

---The pieces of `s` between the places where `sep` stands, as Luau has it. `sep` is plain text, no pattern; the empty one is between all bytes.
---With `max` there are at most so many pieces, and the last is all that is left.
---
---```lua
---print(unpack(("a,b,,c"):split(","))) --> a	b		c
---print(unpack(("key=a=b"):split("=", 2))) --> key	a=b
---```
---@param s string
---@param sep? string `","` if left out
---@param max? integer no bound if left out; below 1 is an error
---@return string[]
function string.split(s, sep, max) end

---`s` without the white space (blanks, tabs, ends of lines) at its beginning and end.
---
---```lua
---print("[" .. ("  two words \n"):trim() .. "]") --> [two words]
---```
---@param s string
---@return string
function string.trim(s) end
