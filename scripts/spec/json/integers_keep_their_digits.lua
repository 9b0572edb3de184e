-- Integers above 2^53 are strings; double rounds them, string makes strings of all numbers, exact keeps what a number cannot hold.
local text = "[9007199254740992, 9007199254740993, -9007199254740993, 1618065507111835497, 0.1, 1e3, 1.0]"
local function shown(opts)
	local out = {}
	for i, v in ipairs(json.decode(text, opts)) do out[i] = type(v):sub(1, 1) .. ":" .. tostring(v) end
	print(table.concat(out, " "))
end
shown()
shown{ numbers = "double" }
shown{ numbers = "string" }
shown{ numbers = "exact" }
local n = json.decode("123456789.123456789123456789", { numbers = "exact" })
print(n == json.number("123456789.1234567891234567890"), n == json.number("1"), "n is " .. n, n .. "!", json.encode{ n })
print(json.decode("0.30000000000000004", { numbers = "exact" }), json.decode("1e400", { numbers = "exact" }), json.decode("1e400", { numbers = "string" }))
print(pcall(function() return n + 1 end))
