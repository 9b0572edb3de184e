-- Integers above 2^53 keep their digits, dates are strings as written.
local t = toml.decode([[
thousand = 1_000
large = 9007199254740993
hex = 0xFFFFFFFFFFFFFFFF
small = 0o17
bits = 0b1010
float = 6.022e23
plus = +0.5
infinite = -inf
date = 1979-05-27
time = 07:32:00.999
both = 1979-05-27 07:32:00
offset = 1979-05-27T00:32:00-07:00
]])
for k, v in pairs(t) do print(k, type(v), v) end
local nan = toml.decode("x = nan").x
print(nan ~= nan)
local exact = toml.decode("x = 1.23456789012345678901\ny = 0.1", { numbers = "exact" })
print(exact.x, exact.x == json.number("1.23456789012345678901"), exact.y, toml.decode("x = 1", { numbers = "string" }).x == "1")
io.write(toml.encode(exact))
