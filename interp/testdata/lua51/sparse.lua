--- one high index
local t = {} t[36] = 1 print(#t, t[36], t[35], next(t)) t[12345678] = true print(#t, t[12345678], table.maxn(t)) for i = 1, 35 do t[i] = i end print(#t)
--- indices beyond every array
local t = {} for _, k in ipairs {16777217, 67108863, 67108864, 67108865, 2147483647, 2147483648, 4294967296, 2^53, 2^53 - 1, 1e15, 1e300} do t[k] = k end local n = 0 for k, v in pairs(t) do n = n + 1 assert(k == v and t[k] == v and rawget(t, k) == v) end print(n, #t, table.maxn(t) == 1e300)
--- negative, zero, fractions
local t = {} t[0] = "zero" t[-1] = "minus" t[1.5] = "half" t[-2^31] = "low" print(#t, t[0], t[-0], t[-1], t[1.5], t[-2^31], t[1]) t[1] = 1 print(#t) t[0] = nil print(t[0], rawget(t, 0))
--- floats that are integers
local t = {} t[3.0] = "a" t[6 / 2] = "b" t[2^2] = "c" t["3"] = "text" t[1e1] = 10 print(t[3], t[4], t["3"], t[10], #t) t[1], t[2] = 1, 2 print(#t)
--- filled backwards
local t = {} for i = 100000, 1, -1 do t[i] = i end print(#t, t[1], t[100000], t[50000]) local sum = 0 for i, v in ipairs(t) do sum = sum + v end print(sum) local n = 0 for k, v in pairs(t) do n = n + 1 assert(k == v) end print(n)
--- filled from both ends
local t = {} for i = 1, 500 do t[i] = i t[1001 - i] = 1001 - i end print(#t) local n = 0 for k, v in pairs(t) do n = n + k end print(n) for i = 1000, 1, -1 do assert(#t == i) t[i] = nil end print(#t, next(t))
--- filled in steps
local t = {} for s = 0, 6 do for i = 1 + s, 700, 7 do t[i] = i end end print(#t) for i = 1, 700 do assert(t[i] == i and rawget(t, i) == i) end print(select("#", unpack(t, 1, 100)), #table.concat(t, ","))
--- indices join the list
local t = {} t[3] = 3 t[4] = 4 t[5] = 5 print(#t) t[1] = 1 t[2] = 2 print(#t, table.concat(t, " ")) for i, v in ipairs(t) do io.write(i, "=", v, " ") end print()
--- a hole by a key
print(#{1, 2, nil, 4}, #{1, nil, 3}, #{nil, nil, 3}, #{nil, 2}, #{1, nil}, #{nil}, #{1, 2, [4] = 4}, #{[1] = 1, [2] = 2, [3] = 3}, #{n = 1, 1, nil, 3})
--- one, two and four
local t = {} t[1] = 1 t[2] = 2 t[4] = 4 print(#t) local t = {} t[1] = 1 t[4] = 4 print(#t) local t = {} t[2] = 2 print(#t) t[1] = 1 print(#t)
--- holes beyond the list
local t = {} for i = 1, 5 do t[i] = i end t[8] = 8 print(#t) t[8] = nil t[7] = 7 print(#t) t[100] = 100 print(#t)
--- holes in the list
local t = {} for i = 1, 9 do t[i] = i end t[8] = nil print(#t) t[4] = nil print(#t) t[8] = 8 print(#t) local u = {1, nil, 3, 4} u[4] = nil print(#u) u[3] = nil print(#u)
--- holes by the end
local t = {1, 2, 3, 4, 5, 6, 7, 8} t[8] = nil print(#t) t[7] = nil print(#t) t[6] = nil t[5] = nil print(#t) t[#t + 1] = "x" print(#t, t[5])
--- constructors with both
local t = {[3] = "c", "a", "b"} print(#t, t[3]) local t = {[1] = "x", "a"} print(t[1], #t) local t = {"a", [2] = "b", [3] = "c"} print(#t) local t = {[5] = 5, [4] = 4, 1, 2, 3} print(#t) local t = {[100] = 1, 1} print(#t, t[100])
--- constructors with open ends
local function f(n) return unpack({1, 2, 3, 4, 5, 6}, 1, n) end print(#{f(6)}, #{f(0)}, #{9, f(3)}, #{f(3), 9}, #{[10] = 1, f(6)}, #{(f(6))}) local function g(...) return #{...}, select("#", ...) end print(g(1, nil), g(nil, 2), g(), g(nil, nil, 3))
--- a long constructor
local s = {} for i = 1, 1000 do s[i] = i end local t = loadstring("return {[1500] = 1, " .. table.concat(s, ",") .. ", [1001] = 1001}")() print(#t, t[1], t[1000], t[1500])
--- insert above and between
local t = {} table.insert(t, 5, "e") print(#t, t[5]) t[1], t[2], t[3], t[4] = "a", "b", "c", "d" print(#t) table.insert(t, 3, "x") print(#t, table.concat(t)) table.insert(t, 1, "y") print(#t, table.concat(t)) table.insert(t, "z") print(#t, table.concat(t))
--- insert nil
local t = {1, 2, 3} table.insert(t, 2, nil) print(t[1], t[2], t[3], t[4]) local t = {} table.insert(t, nil) print(#t, t[1])
--- insert at zero and below
local t = {1, 2} table.insert(t, 0, "z") print(t[0], t[1], t[2], t[3]) local t = {1, 2} table.insert(t, -1, "m") print(t[-1], t[0], t[1], t[2], t[3])
--- remove
local t = {} t[3] = 3 print(table.remove(t), #t) t[1], t[2] = 1, 2 print(#t, table.remove(t, 1), #t, t[1], t[2], t[3]) local t = {1, 2, 3, [5] = 5} print(table.remove(t), table.remove(t, 1), #t, t[1], t[5]) local t = {1} print(table.remove(t, 2), table.remove(t, 0), table.remove(t), table.remove(t), #t)
--- remove until empty
local t = {} for i = 20, 1, -1 do t[i] = i end local s = {} while #t > 0 do s[#s + 1] = table.remove(t, 1) end print(table.concat(s, " "), next(t)) for i = 1, 20 do t[i] = i end while #t > 0 do s[#s + 1] = table.remove(t) end print(table.concat(s, " "))
--- sort what was filled backwards
local t = {} for i = 50, 1, -1 do t[i] = i * 37 % 101 end table.sort(t) print(table.concat(t, " ")) table.sort(t, function(a, b) return a > b end) print(table.concat(t, " "))
--- sort of a list that lies apart
local t = {} t[3] = 1 t[2] = 2 t[1] = 3 table.sort(t) print(t[1], t[2], t[3]) local t = {} for i = 3, 1, -1 do t[i] = "k" .. (4 - i) end table.sort(t, function(a, b) return a < b end) print(unpack(t))
--- concat and unpack of a range
local t = {} for i = 1000, 1005 do t[i] = i end print(table.concat(t, ",", 1000, 1005), unpack(t, 1000, 1005)) print(unpack(t, 999, 1001)) print(pcall(table.concat, t, ",", 999, 1001)) t[-1], t[0], t[1] = "a", "b", "c" print(table.concat(t, "", -1, 1), unpack(t, -1, 1))
--- maxn and getn
local t = {} print(table.maxn(t), table.getn(t)) t[10] = 1 print(table.maxn(t), table.getn(t)) t[2^40] = 1 print(table.maxn(t) == 2^40) t[2^40] = nil t[2.5] = 1 print(table.maxn(t)) t[10] = nil print(table.maxn(t)) t[-3] = 1 t[2.5] = nil print(table.maxn(t))
--- ipairs stops at the hole
local t = {1, 2, nil, 4} t[6] = 6 for i, v in ipairs(t) do io.write(i, " ") end print() local t = {} t[2] = 2 for i in ipairs(t) do print(i) end t[1] = 1 for i in ipairs(t) do io.write(i, " ") end print()
--- cleared while it is gone through
local t = {} for i = 1, 100 do t[i] = i t[i * 1000] = i t["k" .. i] = i end local n = 0 for k in pairs(t) do t[k] = nil n = n + 1 end print(n, next(t), #t) t[1] = 1 print(#t, next(t))
--- changed while it is gone through
local t = {} for i = 1, 20 do t[i * i] = i end local sum = 0 for k, v in pairs(t) do t[k] = v * 2 sum = sum + v end print(sum) sum = 0 for k, v in pairs(t) do if v % 4 == 0 then t[k] = nil end sum = sum + v end print(sum) local n = 0 for _ in pairs(t) do n = n + 1 end print(n)
--- next of what is gone
local t = {} for i = 1, 8 do t[i] = i end t[1000] = 1 for i = 8, 1, -1 do t[i] = nil end print(next(t)) print(next(t, 5)) t[1000] = nil print(next(t)) print(pcall(next, t, 2000))
--- a queue
local q, first, last = {}, 1, 0 local sum = 0 for i = 1, 20000 do last = last + 1 q[last] = i if i > 10 then sum = sum + q[first] q[first] = nil first = first + 1 end end print(sum, first, last) local n = 0 for k, v in pairs(q) do assert(k == v) n = n + 1 end print(n)
--- keys that come and go
local t = {} for i = 1, 20000 do t[i * 10] = i t["k" .. i] = i if i > 5 then t[(i - 5) * 10] = nil t["k" .. i - 5] = nil end end local n = 0 for k, v in pairs(t) do n = n + v end print(n, #t)
--- a key that comes again
local t = {} for r = 1, 1000 do t[77] = r assert(t[77] == r) t[77] = nil assert(t[77] == nil) end print(next(t)) local t = {1, 2, 3} for r = 1, 100 do t[4] = r assert(#t == 4) t[4] = nil assert(#t == 3) end print(#t)
--- metamethods for indices that are missing
local log = {} local t = setmetatable({}, {__index = function(_, k) return k * 2 end, __newindex = function(t, k, v) log[#log + 1] = k rawset(t, k, v) end}) t[50] = 1 t[50] = 2 t[1] = 1 t[2] = 2 t[51] = 3 print(t[50], t[49], t[51], t[1000], table.concat(log, " ")) t[50] = nil print(t[50]) t[50] = 5 print(t[50], table.concat(log, " "))
--- chains
local base = {} base[100] = "b100" base[1] = "b1" local t = setmetatable({}, {__index = setmetatable({[5] = "m5"}, {__index = base})}) print(t[100], t[1], t[5], t[2]) t[100] = "own" print(t[100], base[100]) local proxy = setmetatable({}, {__newindex = t}) proxy[200] = 1 print(rawget(proxy, 200), t[200])
--- keys that cannot be
local t = {} print(pcall(function() t[nil] = 1 end)) print(pcall(function() t[0/0] = 1 end)) print(t[nil], t[0/0]) print(pcall(rawset, t, nil, 1)) print(pcall(rawset, t, 0/0, 1)) local m = setmetatable({}, {__newindex = function() end}) print(pcall(function() m[nil] = 1 end)) print(pcall(function() m[0/0] = 1 end))
--- rawset and rawget
local t = {} rawset(t, 1000, "x") rawset(t, 2^40, "y") print(rawget(t, 1000), rawget(t, 2^40), rawget(t, 1), #t) for i = 1, 999 do rawset(t, i, i) end print(#t) rawset(t, 1000, nil) print(#t, rawget(t, 1000))
--- gsub with positions
local t = {} t[1] = "A" t[5] = "E" t[900] = "z" print((("hello"):gsub("()", t)))
--- a matrix of sparse rows
local m = {} for i = 1, 30 do m[i * 100] = {} for j = i, 300, 30 do m[i * 100][j] = i * j end end local s = 0 for i, row in pairs(m) do for j, v in pairs(row) do s = s + v end end print(s, #m)
--- memoised from the top
local memo = {} local function fib(n) if n < 3 then return 1 end if memo[n] then return memo[n] end local v = fib(n - 1) + fib(n - 2) memo[n] = v return v end print(fib(90) > 2e18, memo[3], memo[90] == fib(90), #memo)
--- a sieve of a table that holds what is left
local t = {} for i = 2, 2000 do t[i] = true end for i = 2, 44 do if t[i] then for j = i * i, 2000, i do t[j] = nil end end end local n = 0 for k in pairs(t) do n = n + 1 end print(n, t[1999], t[2000])
