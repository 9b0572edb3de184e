-- Numbers are the shortest text that reads back, strings are escaped where they must be, errors are their text.
print(json.encode(json.decode("[-0, -0.0, 0]")))
print(json.encode{ 0.1, 1 / 3, 100, -0.5, 1e15, 2 ^ 53, 2 ^ 60, 1e21, 1e300, 1e-7, 5e-324, 123456.789, -2 ^ 53 })
print(json.encode{ "a\"b\\c/d", "\1\n\r\t\b\f\127", "é😀\226\128\168", "" })
print(json.encode(nil), json.encode(true), json.encode(json.null), json.encode("x"))
local _, err = pcall(error, "plain")
print(json.encode{ error = select(2, pcall(read, "/no/such")), other = err })
for _, n in ipairs{ 0.1, 1 / 3, math.pi, 2 ^ 60, -2 ^ 1000, 5e-324, 1e22, 2 ^ 53 + 2 } do
	assert(json.decode(json.encode(n)) == n, n)
end
