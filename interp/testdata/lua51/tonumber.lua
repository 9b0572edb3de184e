--- decimal
print(tonumber("10"), tonumber("-10"), tonumber("+5"), tonumber("1.5"), tonumber(".5"), tonumber("5."), tonumber("007"))
--- exponents
print(tonumber("1e1"), tonumber("1E+2"), tonumber("1e-2"), tonumber("1e"), tonumber("1e+"), tonumber("e1"), tonumber("1.5e3"))
--- hexadecimal
print(tonumber("0x10"), tonumber("0XfF"), tonumber("-0x10"), tonumber("0x"), tonumber("0xg"), tonumber("0x.8"), tonumber("0x1.8"), tonumber("0x1p4"), tonumber("0x1P-2"))
--- spaces
print(tonumber("  5  "), tonumber("\t\n\v\f\r5"), tonumber("5 5"), tonumber("- 5"), tonumber(""), tonumber(" "), tonumber("5\n"))
--- junk
print(tonumber("abc"), tonumber("5x"), tonumber("1,5"), tonumber("1_000"), tonumber("0b1"), tonumber("--5"), tonumber("."), tonumber("1..2"), tonumber("5e1.5"))
--- infinities
print(tonumber("inf") == math.huge, tonumber("-inf") == -math.huge, tonumber("infinity") == math.huge, tonumber("nan") ~= tonumber("nan"), tonumber("1e400") == math.huge)
--- zeros inside
print(tonumber("5\0"), tonumber("\0005"), tonumber("5\0x"))
--- other types
print(tonumber(5), tonumber(nil), tonumber(true), tonumber({}), tonumber(print)) print(pcall(tonumber))
--- bases
print(tonumber("10", 2), tonumber("ff", 16), tonumber("FF", 16), tonumber("zz", 36), tonumber("777", 8), tonumber("8", 8), tonumber("12", 3), tonumber("10", 10))
--- base 16 prefix
print(tonumber("0x10", 16), tonumber("0X1f", 16), tonumber("0x", 16), tonumber("10", 16))
--- base with signs and spaces
print(tonumber("  11  ", 2), tonumber("1 1", 2), tonumber("", 16), tonumber("1.5", 10), tonumber("1.5", 16), tonumber("1e1", 16), tonumber("+7", 8))
--- base of a negative number
print(tonumber("-1", 10), tonumber("-ff", 16) == 2^64 - 255 or tonumber("-ff", 16))
--- base large
print(tonumber("ffffffff", 16), tonumber("99999999999999999999", 16) == 2^64, tonumber("7fffffff", 16))
--- base bad
print(pcall(tonumber, "1", 1)) print(pcall(tonumber, "1", 37)) print(pcall(tonumber, "1", "x")) print(pcall(tonumber, {}, 16)) print(pcall(tonumber, nil, 16)) print(pcall(tonumber, "1", 0)) print(pcall(tonumber, {}, 10))
--- base of a number
print(tonumber(10, 2), tonumber(10, 16), tonumber("10", "16"))
--- literals
print(0x10, 1e2, .5, 3., 0xA, 0xa, 1E-1, 0x0, 1e0)
--- malformed literals
for _, s in ipairs{"3x", "0xg", "1e", "1..2", "0x", "3e+", "1.2.3", "0x1p"} do print(s, (loadstring("return " .. s)) == nil) end
--- coercion in concatenation
print(1 .. "", 1.5 .. "|", -0.25 .. "", 100 .. 200, 1e3 .. "")
--- coercion in comparison does not happen
print(pcall(function() return "10" < 9 end)) print("10" == 10, 0 == "0")
--- string arithmetic
print("10" * 2, "0x10" + 0, " 3 " - 1, "1e2" / 4, -"3", "2" ^ 2, "7" % 4, 10 - "1")
--- bad string arithmetic
print(pcall(function() return "a" + 1 end)) print(pcall(function() return "1" + "b" end)) print(pcall(function() return "" + 0 end)) print(pcall(function() return "1 2" * 1 end)) print(pcall(function() return - "z" end))
--- numbers as table keys do not coerce
local t = {[1] = "n"} print(t["1"], t[1])
