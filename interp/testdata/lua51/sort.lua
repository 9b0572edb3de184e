--- numbers
local t = {3, 1, 2} table.sort(t) print(table.concat(t, " ")) t = {} table.sort(t) print(#t) t = {5} table.sort(t) print(t[1]) t = {2, 1} table.sort(t) print(t[1], t[2])
--- strings
local t = {"banana", "apple", "Cherry", "10", "9"} table.sort(t) print(table.concat(t, " "))
--- descending
local t = {3, 1, 2, 5, 4} table.sort(t, function(a, b) return a > b end) print(table.concat(t, " "))
--- by field
local t = {{n = 3}, {n = 1}, {n = 2}} table.sort(t, function(a, b) return a.n < b.n end) for _, e in ipairs(t) do io.write(e.n, " ") end print()
--- equal elements
local t = {1, 1, 1, 1, 1, 1} table.sort(t) print(table.concat(t, " ")) table.sort(t, function(a, b) return a < b end) print(table.concat(t, " "))
--- many
local t = {} local x = 42 for i = 1, 2000 do x = (x * 1103515245 + 12345) % 2147483648 t[i] = x end table.sort(t) for i = 2, #t do assert(t[i-1] <= t[i]) end table.sort(t, function(a, b) return a > b end) for i = 2, #t do assert(t[i-1] >= t[i]) end print("ok")
--- sorted already
local t = {} for i = 1, 500 do t[i] = i end table.sort(t, function(a, b) return a < b end) print(t[1], t[250], t[500]) table.sort(t, function(a, b) return a > b end) print(t[1], t[500])
--- mixed types
print(pcall(table.sort, {1, "x"})) print(pcall(table.sort, {{}, {}})) print(pcall(table.sort, {true, false})) print(pcall(table.sort, {1, {}, 2}))
--- invalid order function
print(pcall(table.sort, {1, 2, 3, 4, 5}, function() return true end))
--- order function that always says no
local t = {3, 1, 2} table.sort(t, function() return false end) print(#t)
--- order function that errors
print(pcall(table.sort, {1, 2, 3}, function() error("cmp", 0) end))
--- bad arguments
print(pcall(table.sort)) print(pcall(table.sort, 1)) print(pcall(table.sort, {1, 2}, 1)) print(pcall(table.sort, {1, 2}, nil)) print(pcall(table.sort, {}, 1))
--- __lt
local mt = {__lt = function(a, b) return a.v < b.v end} local t = {} for _, v in ipairs{3, 1, 2} do t[#t+1] = setmetatable({v = v}, mt) end table.sort(t) print(t[1].v, t[2].v, t[3].v)
--- order function with a non-boolean
local t = {3, 1, 2} table.sort(t, function(a, b) return a < b and 1 or nil end) print(table.concat(t, " "))
--- comparisons made
local n = 0 local t = {5, 2, 8, 1, 9, 3} table.sort(t, function(a, b) n = n + 1 return a < b end) print(n, table.concat(t, " "))
--- the calls of the order function
local t, log = {3, 1, 2}, {} table.sort(t, function(a, b) log[#log+1] = a .. "<" .. b return a < b end) print(table.concat(log, " "))
--- the calls for ten
local t, log = {10, 9, 1, 8, 2, 7, 3, 6, 4, 5}, {} table.sort(t, function(a, b) log[#log+1] = a .. "<" .. b return a < b end) print(table.concat(log, " "))
--- yields are errors in 5.1 but the order is right
local t = {"b", "a", "c"} table.sort(t, function(a, b) return a:byte() < b:byte() end) print(table.concat(t))
--- NaN
print((pcall(table.sort, {3, 0/0, 1, 2})))
--- infinities
local t = {math.huge, 1, -math.huge, 0} table.sort(t) print(t[1] == -math.huge, t[2], t[3], t[4] == math.huge)
--- changing the table meanwhile
local t = {3, 1, 2} print((pcall(table.sort, t, function(a, b) t[4] = 9 return a < b end)))
--- holes
print(pcall(table.sort, {1, nil, 3}))
--- strings with zeros
local t = {"a\0b", "a\0a", "a"} table.sort(t) print(#t[1], t[2] == "a\0a")
--- stable keys
local t = {} for w in ("the quick brown fox jumps over the lazy dog"):gmatch("%a+") do t[#t+1] = w end table.sort(t) print(table.concat(t, " "))
