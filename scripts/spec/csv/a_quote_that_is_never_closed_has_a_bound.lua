-- A row of more than 16 MiB is an error of kind limit, wherever it comes from.
local line = ("x"):rep(1023) .. "\n"
local n = 0
local ok, err = pcall(function()
	for _ in csv.rows(function() n = n + 1 return n == 1 and 'a\n"' or line end) do print("never") end
end)
print(ok, err.kind, err.message, n < 40000)
-- So has a row of any kind, read from a file or a text.
local long = ("x"):rep(17 * 2 ^ 20)
for _, s in ipairs{ "a\n" .. long .. "\nb\n", long .. "\n1\n", 'a,b\n1,"' .. long .. '"\n' } do
	local at, i = nil, 0
	print(select(2, pcall(csv.decode, s)).message)
	print(select(2, pcall(function()
		for _, line in csv.rows(function() i = i + 1 return i == 1 and s or nil end) do at = line end
	end)).message)
end
-- Many names in a header are compared in no time.
local names = {}
for i = 1, 2e5 do names[i] = "c" .. i end
names[#names + 1] = "c7"
print(select(2, pcall(csv.decode, table.concat(names, ",") .. "\n")).message)
