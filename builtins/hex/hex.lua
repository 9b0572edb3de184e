---@meta lull.hex
-- The table `hex`: bytes as hexadecimal digits, and back.

---Bytes as hexadecimal digits, and back.
---@class hex
hex = {}

---The bytes of a string as hexadecimal digits, two for each, in lower case.
---
---```lua
---print(hex.encode("Lull\0")) --> 4c756c6c00
---```
---@async
---@param s string
---@return string digits
function hex.encode(s) end

---The bytes that hexadecimal digits stand for, in upper or lower case, without anything between them. Raises kind `parse`, with `err.line` and `err.column`, where something else is there or a digit is missing.
---
---```lua
---print(hex.decode("4C756c6C")) --> Lull
---print(select(2, pcall(hex.decode, "4g")).message) --> hex.decode: line 1, column 2: 'g' is no hexadecimal digit
---```
---@async
---@param digits string
---@return string
function hex.decode(digits) end
