--- and or
print(nil and 1, false and 1, 1 and 2, nil or 1, false or nil, 1 or 2, nil and nil or 3, false == false and "y" or "n", 1 and nil, nil or false)
--- and or with assignments
local a = nil local b = a and a.x local c = a or "d" local t = {x = false} local d = t.x and 1 local e = t.x or 2 print(b, c, d, e)
--- not
print(not nil, not false, not 0, not "", not not 1, not (1 == 2), not 1 == 2)
--- swap
local a, b = 1, 2 a, b = b, a print(a, b) local t = {1, 2, 3} t[1], t[2], t[3] = t[3], t[1], t[2] print(t[1], t[2], t[3])
--- swap of three
local a, b, c = 1, 2, 3 a, b, c = b, c, a print(a, b, c)
--- uneven assignments
local a, b, c = 1 print(a, b, c) a, b = 1, 2, 3 print(a, b) a, b, c = 0, (function() return 1, 2 end)() print(a, b, c)
--- assignment evaluates first
local i = 1 local t = {} i, t[i] = i + 1, "x" print(i, t[1], t[2]) local a = {} local b = a a.x, a = 1, {} print(b.x, a.x)
--- if chains
local function f(x) if x < 0 then return "neg" elseif x == 0 then return "zero" elseif x < 10 then return "small" else return "big" end end print(f(-1), f(0), f(5), f(50))
--- if with constants
if nil then print("no") elseif false then print("no") elseif 0 then print("zero is true") end if not nil then print("ok") end
--- while
local i = 0 while i < 3 do i = i + 1 end print(i) while true do i = i + 1 if i > 10 then break end end print(i) while false do print("never") end
--- repeat
local i = 0 repeat i = i + 1 until i >= 3 print(i) repeat local done = true until done print("ok")
--- nested breaks
for i = 1, 3 do for j = 1, 3 do if j == 2 then break end io.write(i, ":", j, " ") end end print()
--- numeric for
for i = 1, 3 do io.write(i, " ") end for i = 3, 1, -1 do io.write(i, " ") end for i = 1, 10, 4 do io.write(i, " ") end for i = 1, 0 do io.write("x") end for i = 0, 0 do io.write("z") end print()
--- numeric for: the variable is a copy
for i = 1, 3 do local j = i i = i * 10 io.write(j, i, " ") end print()
--- numeric for: limits are evaluated once
local n = 3 for i = 1, n do n = 10 io.write(i, " ") end print(n)
--- numeric for with step zero
local n = 0 for i = 1, 0, 0 do n = n + 1 if n > 3 then break end end print(n)
--- generic for
for k, v in next, {10, 20} do io.write(k, "=", v, " ") end for w in ("a b"):gmatch("%a") do io.write(w, " ") end print()
--- generic for with an iterator of one's own
local function range(n) return function(n, i) if i < n then return i + 1 end end, n, 0 end for i in range(4) do io.write(i, " ") end print()
--- generic for ends at nil
for a in function() return nil, 1 end do print("never") end for a in function() return false end do print("false is no end", a) break end
--- generic for with too few values
local n = 0 for i in function() n = n + 1 if n < 4 then return n end end do io.write(i, " ") end print()
--- generic for over what is no function
print(pcall(function() for i in 5 do end end)) print(pcall(function() for i in nil do end end)) print(pcall(function() for i in {} do end end))
--- local functions in blocks
do local function f() return 1 end print(f()) end print(f)
--- semicolons
local a = 1; local b = 2; print(a + b);
--- comments
print(1) -- a comment
--[[ long
comment ]] print(2) --[==[ x ]] ]==] print(3) --[ short
--- comparison chains
print(1 < 2 == true, (1 < 2) == (2 < 3), 1 == 1 ~= false, not (1 > 2) and 3)
--- concatenation in conditions
local s = "" for i = 1, 5 do s = s .. (i % 2 == 0 and "e" or "o") end print(s)
--- long expressions
print(((((1 + 2) * 3 - 4) / 5) ^ 2) % 7, 1 + 2 - 3 + 4 - 5 * 6 / 2, 2 * (3 + 4) * 5)
--- deep nesting
local s = "1" for i = 1, 100 do s = "(" .. s .. ")" end print(loadstring("return " .. s)()) local t = {} local u = t for i = 1, 50 do u.x = {} u = u.x end print(t.x.x.x.x ~= nil)
--- nested tables
local t = {{1, 2}, {3, {4, {5}}}} print(t[2][2][2][1], #t, #t[1])
--- conditional values
local function f(x) return x and "yes" or "no" end print(f(true), f(nil), f(0), f(false))
--- a local is its own default
local x = x print(x) y = 5 local y = y + 1 print(y)
--- locals in every branch
local r = {} for i = 1, 3 do if i == 1 then local x = "a" r[i] = x elseif i == 2 then local x = "b" r[i] = x else local x = "c" r[i] = x end end print(table.concat(r))
--- return in the middle needs do
local function f(x) do return x end print("never") end print(f(3))
--- returning several
local function f() return 1, "a", nil, true end print(f()) print(select("#", f()))
--- empty statements of functions
local function f() return end print(f(), (f()))
--- many locals
local src = {} for i = 1, 199 do src[#src+1] = "local a" .. i .. " = " .. i end src[#src+1] = "return a1 + a199" print(loadstring(table.concat(src, "\n"))())
--- too many locals
local src = {} for i = 1, 201 do src[#src+1] = "local a" .. i end print((loadstring(table.concat(src, "\n"))))
--- many constants
local src = {"return {"} for i = 1, 1000 do src[#src+1] = i + 0.5 .. "," end src[#src+1] = "}" local t = loadstring(table.concat(src))() print(#t, t[1], t[1000])
--- string constants and numbers are different
local t = {[1] = "n", ["1"] = "s"} print(t[1], t["1"])
--- boolean algebra
for _, a in ipairs{true, false} do for _, b in ipairs{true, false} do io.write(tostring(a and b), tostring(a or b), tostring(not a == b), " ") end end print()
--- assigning functions to fields
local t = {} t.a, t.b = function() return 1 end, function() return 2 end function t.c() return 3 end print(t.a() + t.b() + t.c())
--- comparing with nil
print(nil == nil, nil == false, 1 == nil, ({}) == nil, nil ~= nil)
--- a method call on an expression
print(("x"):rep(3):upper():len(), (({f = function(self, x) return x end}):f(5)))
--- line continuation
local x = 1 +
2
local y = x
* 3
print(x, y)
--- unary chains
print(- -3, not not nil, -(-(-2)), #"abc" + 1, -#"abc", not #"x")
--- keywords as fields
local t = {["end"] = 1, ["for"] = 2} print(t["end"] + t["for"])
--- numbers with dots
print(1 .. 2, 1. .. 2, .5 .. "")
--- constants on the left
print(1 < 2, "a" == "b", nil == 1, 2 ^ 2 == 4 and "k" or "n")
--- and with calls
local function f(...) return ... end print((f(1, 2) and f(3, 4)), f(nil) or f(5, 6), (f(nil, 1)) == nil)
--- shortcuts do not evaluate
local n = 0 local function f() n = n + 1 return true end local _ = false and f() _ = true or f() print(n)
--- upvalue in a loop condition
local n = 0 local function inc() n = n + 1 return n end while inc() < 5 do end print(n) repeat until inc() > 8 print(n)
