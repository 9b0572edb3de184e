-- Lengths, alphabets and ranges; no two are the same, also in virtual time.
print(#random.bytes(0), #random.bytes(1), #random.bytes(100000), random.bytes(16) ~= random.bytes(16))
print(#random.token(), #random.token(1), random.token(0) == "", random.token(300):find("[^%w_-]"))
for _, version in ipairs{ 4, 7 } do
	local id = random.uuid(version)
	print(id:match("^%x%x%x%x%x%x%x%x%-%x%x%x%x%-" .. version .. "%x%x%x%-[89ab]%x%x%x%-%x%x%x%x%x%x%x%x%x%x%x%x$") == id, id == id:lower(), id ~= random.uuid(version))
end
local ids = {}
for i = 1, 1000 do ids[i] = random.uuid(7) end
local sorted = { unpack(ids) }
table.sort(sorted)
print(table.concat(ids) == table.concat(sorted))
local seen, n = {}, 0
for _ = 1, 1000 do
	local x = random.int(-2, 3)
	if not seen[x] then seen[x], n = true, n + 1 end
	assert(x >= -2 and x <= 3 and x % 1 == 0)
end
print(n, random.int(5, 5), random.int(-2 ^ 53, 2 ^ 53) ~= random.int(-2 ^ 53, 2 ^ 53))
