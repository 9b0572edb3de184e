---@meta lull.bit

---Operations on 32 bits, as in LuaJIT (LuaBitOp): arguments are rounded to whole numbers and taken modulo 2^32, results are from -2^31 to 2^31 - 1. Also `require "bit"`.
---@class bit
bit = {}

---`x` as a number of 32 bits with a sign.
---
---```lua
---print(bit.tobit(0xffffffff)) --> -1
---```
---@param x number
---@return integer
function bit.tobit(x) end

---The last `n` digits of `x` in base 16, eight at most.
---
---```lua
---print(bit.tohex(255), bit.tohex(255, 4), bit.tohex(255, -2)) --> 000000ff	00ff	FF
---```
---@param x number
---@param n? integer 8 if left out; in capitals if negative
---@return string
function bit.tohex(x, n) end

---Not: all bits the other way.
---
---```lua
---print(bit.bnot(0)) --> -1
---```
---@param x number
---@return integer
function bit.bnot(x) end

---And: the bits that are in all of its arguments.
---
---```lua
---print(bit.band(0xff, 0x3c, 7)) --> 4
---```
---@param x number
---@param ... number
---@return integer
function bit.band(x, ...) end

---Or: the bits that are in one of its arguments, or several.
---
---```lua
---print(bit.bor(1, 2, 4)) --> 7
---```
---@param x number
---@param ... number
---@return integer
function bit.bor(x, ...) end

---Exclusive or: the bits that are in an odd number of its arguments.
---
---```lua
---print(bit.bxor(0xff, 0x0f)) --> 240
---```
---@param x number
---@param ... number
---@return integer
function bit.bxor(x, ...) end

---`x` shifted to the left by `n`, of which the lower five bits count.
---
---```lua
---print(bit.lshift(1, 4)) --> 16
---```
---@param x number
---@param n number
---@return integer
function bit.lshift(x, n) end

---`x` shifted to the right by `n`, of which the lower five bits count; zeros come in.
---
---```lua
---print(bit.rshift(-1, 28)) --> 15
---```
---@param x number
---@param n number
---@return integer
function bit.rshift(x, n) end

---`x` shifted to the right by `n`, of which the lower five bits count; the sign stays.
---
---```lua
---print(bit.arshift(-256, 4)) --> -16
---```
---@param x number
---@param n number
---@return integer
function bit.arshift(x, n) end

---`x` turned to the left by `n`, of which the lower five bits count: what goes out comes in on the right.
---
---```lua
---print(bit.tohex(bit.rol(0x12345678, 8))) --> 34567812
---```
---@param x number
---@param n number
---@return integer
function bit.rol(x, n) end

---`x` turned to the right by `n`, of which the lower five bits count: what goes out comes in on the left.
---
---```lua
---print(bit.tohex(bit.ror(0x12345678, 8))) --> 78123456
---```
---@param x number
---@param n number
---@return integer
function bit.ror(x, n) end

---The four bytes of `x` in the reverse order.
---
---```lua
---print(bit.tohex(bit.bswap(0x12345678))) --> 78563412
---```
---@param x number
---@return integer
function bit.bswap(x) end
