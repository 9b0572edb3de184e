--- constructors
local t = {1, 2, 3; x = 4, ["y z"] = 5, [10] = 6, 7} print(t[4], t.x, t["y z"], t[10], t[5])
--- constructor order
local n = 0 local function f() n = n + 1 return n end local t = {f(), f(), x = f(), f()} print(t[1], t[2], t.x, t[3])
--- constructor with calls
local function f() return 1, 2, 3 end local t = {f(), f()} print(#t) t = {f(), (f())} print(#t) t = {(f())} print(#t) t = {f(), nil} print(#t <= 2)
--- constructor with varargs
local function f(...) return {...}, {..., 1}, {1, ...} end local a, b, c = f(5, 6) print(#a, #b, #c, b[2], c[3])
--- trailing separators
print(#{1, 2,}, #{1; 2;}, #{}, next({}))
--- constructor with nil
local t = {nil, 2} print(t[1], t[2]) t = {1, nil, 3} print(t[1], t[2], t[3])
--- explicit and positional
local t = {[1] = "a", "b"} print(t[1]) t = {[2] = "x", "y", [1] = "z"} print(t[1], t[2])
--- large constructor
local s = {} for i = 1, 600 do s[i] = i end local t = loadstring("return {" .. table.concat(s, ",") .. "}")() print(#t, t[1], t[51], t[600])
--- keys of every type
local f, k = function() end, {} local t = {[1] = "int", [1.5] = "float", ["1"] = "str", [true] = "bool", [f] = "fn", [k] = "tab"} print(t[1], t[1.5], t["1"], t[true], t[f], t[k], t[2], t[false])
--- float keys that are integers
local t = {} t[1.0] = "a" t[2^53] = "b" print(t[1], t[2^53]) t[-0] = "z" print(t[0])
--- nil and NaN as keys
print(pcall(function() local t = {} t[nil] = 1 end)) print(pcall(function() local t = {} t[0/0] = 1 end)) print(({})[nil], ({})[0/0])
--- nan key in a constructor
print(pcall(function() return {[nil] = 1} end)) print(pcall(function() return {[0/0] = 1} end))
--- length
local t = {} print(#t) t[1] = 1 print(#t) t[2] = 2 t[3] = 3 print(#t) t[3] = nil print(#t) t.x = 1 print(#t)
--- insert
local t = {} table.insert(t, "a") table.insert(t, 1, "b") table.insert(t, 2, "c") table.insert(t, 4, "d") print(table.concat(t, ","))
--- insert beyond
local t = {1} table.insert(t, 5, "x") print(t[5], t[2]) t = {1, 2, 3} table.insert(t, 0, "z") print(t[0], t[1], t[2], t[3], t[4])
--- insert bad
print(pcall(table.insert)) print(pcall(table.insert, 1)) print(pcall(table.insert, {})) print(pcall(table.insert, {}, 1, 2, 3)) print(pcall(table.insert, {}, "x", 1)) print(pcall(table.insert, nil, 1))
--- insert nil
local t = {1, 2} table.insert(t, nil) print(#t) table.insert(t, 1, nil) print(t[1], t[2], t[3])
--- remove
local t = {"a", "b", "c"} print(table.remove(t), table.remove(t, 1), #t, table.remove(t), table.remove(t), #t)
--- remove in the middle
local t = {1, 2, 3, 4, 5} print(table.remove(t, 3), table.concat(t, ",")) print(table.remove(t, 1), table.concat(t, ","))
--- remove out of range
local t = {1, 2} print(select("#", table.remove(t, 5)), table.remove(t, 0), table.remove(t, -1), #t, select("#", table.remove({})))
--- remove bad
print(pcall(table.remove)) print(pcall(table.remove, 1)) print(pcall(table.remove, {}, "x"))
--- concat
print(table.concat({1, 2, 3}), table.concat({1, 2, 3}, ","), table.concat({"a", 1.5, "b"}, "-"), table.concat({}), table.concat({}, "x"), table.concat({"a"}, "x"))
--- concat ranges
local t = {"a", "b", "c", "d"} print(table.concat(t, ",", 2), table.concat(t, ",", 2, 3), table.concat(t, ",", 3, 2), table.concat(t, "", 4, 4), table.concat({[0] = "z", "a"}, ".", 0, 1))
--- concat bad
print(pcall(table.concat)) print(pcall(table.concat, {{}})) print(pcall(table.concat, {1, nil, 3}, ",", 1, 3)) print(pcall(table.concat, {true})) print(pcall(table.concat, {}, {})) print(pcall(table.concat, {1}, ",", 1, 2)) print(pcall(table.concat, {1}, ",", "x"))
--- concat separators
print(table.concat({1, 2, 3}, 0), table.concat({1, 2}, nil), #table.concat({"a", "b"}, "\0"))
--- concat large
local t = {} for i = 1, 50000 do t[i] = i % 10 end print(#table.concat(t), #table.concat(t, ", "))
--- maxn
print(table.maxn({1, 2, 3}), table.maxn({}), table.maxn({[10] = 1, [2.5] = 1}), table.maxn({[-5] = 1}), table.maxn({x = 1}), table.maxn({[1e10] = 1}))
--- getn
print(table.getn({1, 2, 3}), table.getn({}), pcall(table.getn), pcall(table.setn, {}, 1))
--- foreach
table.foreach({10, 20}, print) print(table.foreach({a = 1}, function(k, v) return k .. v end)) print(table.foreach({}, print)) print(pcall(table.foreach, {}))
--- foreachi
table.foreachi({"a", "b"}, print) print(table.foreachi({"a", "b"}, function(i, v) if v == "b" then return i end end)) print(pcall(table.foreachi, 1, print))
--- unpack
print(unpack({1, 2, 3})) print(unpack({1, 2, 3}, 2)) print(unpack({1, 2, 3}, 2, 3)) print(unpack({}, 1, 3)) print(select("#", unpack({}))) print(unpack({1, 2}, 3)) print(unpack({1, nil, 3}, 1, 3)) print(unpack({1, 2}, -1, 1))
--- unpack bad
print(pcall(unpack)) print(pcall(unpack, 1)) print(pcall(unpack, {}, "x")) print(pcall(unpack, {}, 1, 1e8)) print(pcall(unpack, {}, 1, 1e10))
--- unpack many
print(select("#", unpack({}, 1, 7000)))
--- next
print(next({})) print(next({10})) print(next({10}, 1)) print(next({a = 1})) print(next({a = 1}, "a")) print(pcall(next)) print(pcall(next, 1))
--- next with a bad key
print(pcall(next, {}, 1)) print(pcall(next, {10, 20}, 3)) print(pcall(next, {a = 1}, "b")) print(pcall(next, {}, {}))
--- next walks all
local t = {1, 2, x = 3, [1.5] = 4, [true] = 5} local n, sum = 0, 0 for k, v in next, t do n = n + 1 sum = sum + v end print(n, sum)
--- clearing while walking
local t = {} for i = 1, 100 do t[i] = i t["k" .. i] = i end for k in pairs(t) do t[k] = nil end print(next(t))
--- assigning while walking
local t = {a = 1, b = 2, c = 3} for k, v in pairs(t) do t[k] = v * 2 end print(t.a + t.b + t.c)
--- pairs
local t = {} for k, v in pairs({10, 20, 30}) do t[#t+1] = k .. "=" .. v end print(table.concat(t, " ")) print(pcall(pairs)) print(pcall(pairs, nil)) print(pcall(pairs, 1))
--- pairs by hand
local f, t, k = pairs({x = 1}) print(type(f), type(t), k, f(t, k))
--- ipairs
for i, v in ipairs({"a", "b", nil, "d"}) do io.write(i, v, " ") end for i in ipairs({}) do io.write("never") end print() print(pcall(ipairs)) print(pcall(ipairs, nil))
--- ipairs sees what is added
local t = {1} for i, v in ipairs(t) do if i < 5 then t[i+1] = i + 1 end end print(#t)
--- ipairs by hand
local f, t, i = ipairs({"x"}) print(i, f(t, 0)) print(f(t, 1))
--- ipairs is raw
local t = setmetatable({}, {__index = function(t, i) if i < 4 then return i end end}) for i, v in ipairs(t) do io.write(i) end print("end")
--- rawget and rawset
local t = setmetatable({}, {__index = function() return "i" end, __newindex = function() error("no") end}) print(t.x, rawget(t, "x")) print(rawset(t, "x", 1) == t, t.x) print(pcall(rawget)) print(pcall(rawset, {}, 1)) print(pcall(rawget, {}))
--- rawset bad keys
print(pcall(rawset, {}, nil, 1)) print(pcall(rawset, {}, 0/0, 1)) print(pcall(rawset, 1, 1, 1))
--- rawequal
local t = {} print(rawequal(t, t), rawequal(t, {}), rawequal(1, 1), rawequal("a", "a"), rawequal(1, "1"), rawequal(nil, false), pcall(rawequal, 1))
--- deletion and reuse
local t = {} for i = 1, 1000 do t["k" .. i] = i end for i = 1, 1000 do t["k" .. i] = nil end print(next(t)) t.x = 1 print(next(t))
--- holes
local t = {} t[1] = 1 t[2] = 2 t[4] = 4 local n = #t print(n == 2 or n == 4)
--- negative and zero indices
local t = {} t[-1] = "m" t[0] = "z" t[1] = "o" print(t[-1], t[0], t[1], #t) local n = 0 for _ in pairs(t) do n = n + 1 end print(n)
--- large sparse index
local t = {} t[1000000] = 1 print(t[1000000], t[1]) t[1e15] = 2 print(t[1e15])
--- nested
local t = {a = {b = {c = 1}}} t.a.b.d = 2 print(t.a.b.c, t["a"]["b"]["d"], pcall(function() return t.x.y end))
--- table as a queue
local q = {} for i = 1, 100 do q[#q+1] = i end local s = 0 while #q > 0 do s = s + table.remove(q, 1) end print(s)
--- tables are references
local a = {} local b = a b.x = 1 print(a.x, a == b, {} == {})
--- table functions ignore metamethods
local t = setmetatable({1, 2}, {__len = function() return 10 end, __index = function() return "x" end, __newindex = function() error("no") end}) table.insert(t, 3) print(#t, table.concat(t, ","), unpack(t))
--- multiple assignment of indices
local i, t = 1, {} i, t[i] = i + 1, 20 print(i, t[1], t[2])
--- swapping elements
local t = {1, 2} t[1], t[2] = t[2], t[1] print(t[1], t[2])
--- maxn with holes
local t = {1, 2, nil, 4} print(table.maxn(t)) t[100] = 1 print(table.maxn(t))
--- inserting at every place
for p = 1, 4 do local t = {1, 2, 3} table.insert(t, p, "x") io.write(table.concat(t, ","), " ") end print()
--- numeric string keys differ
local t = {} t["1"] = "s" t[1] = "n" print(t["1"], t[1])
--- unpack with strings
print(unpack({1, 2, 3}, "2", "3"))
