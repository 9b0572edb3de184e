-- A row of more than 16 MiB is an error of kind limit, wherever it comes from.
local line = ("x"):rep(1023) .. "\n"
local n = 0
local ok, err = pcall(function()
	for _ in csv.rows(function() n = n + 1 return n == 1 and 'a\n"' or line end) do print("never") end
end)
print(ok, err.kind, err.message, n < 40000)
