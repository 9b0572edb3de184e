-- Results have a sign; arguments are rounded, and taken modulo 2^32; of a shift's width the lower five bits count.
print(bit == require "bit", bit.tobit(0xffffffff), bit.tobit(2 ^ 31), bit.tobit(1.5), bit.tobit(2.5), bit.tobit(-2 ^ 31 - 1), bit.tobit("0x10"))
print(bit.bnot(0), bit.bnot(-1), bit.bswap(0x12345678), bit.bswap(1))
print(bit.band(7, 6, 12), bit.bor(1, 2, 4, 8), bit.bxor(1, 1, 1), bit.band(-5), bit.bor(5), bit.bxor(2 ^ 32 + 7))
print(bit.lshift(1, 31), bit.lshift(1, 32), bit.rshift(-1, 28), bit.rshift(-1, -4), bit.arshift(-256, 4), bit.arshift(256, 4))
print(bit.rol(0x12345678, 12), bit.ror(0x12345678, 12), bit.rol(1, 33))
print(bit.tohex(255), bit.tohex(-1, 4), bit.tohex(255, -4), bit.tohex(255, 100), bit.tohex(255, -100), "[" .. bit.tohex(1, 0) .. "]")
