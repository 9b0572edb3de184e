--- forward
goto done print("never") ::done:: print("ok")
--- backward
local i = 1 ::top:: if i <= 3 then io.write(i, " ") i = i + 1 goto top end print()
--- continue
for i = 1, 5 do if i % 2 == 0 then goto continue end io.write(i, " ") ::continue:: end print()
--- out of nested loops
for i = 1, 3 do for j = 1, 3 do if i * j == 4 then goto out end io.write(i, j, " ") end end ::out:: print("out")
--- in while and repeat
local i = 0 while true do i = i + 1 if i == 2 then goto next end if i > 4 then break end io.write(i, " ") ::next:: end repeat i = i - 1 if i > 2 then goto cont end io.write("r", i, " ") ::cont:: until i == 0 print()
--- captured locals
local t = {} do local i = 1 ::a:: local x = i t[i] = function() x = x + 1 return x end i = i + 1 if i <= 3 then goto a end end print(t[1](), t[1](), t[2](), t[3]())
--- captured locals left by goto
local f for i = 1, 3 do local x = i f = function() return x end if i == 2 then goto out end end ::out:: print(f())
--- labels in blocks
do goto a ::a:: end do goto a ::a:: end print("ok")
--- a local function after goto
do goto l1 ::l1:: local function f() return 1 end print(f()) end
--- no visible label
print((loadstring("goto nowhere"))) print((loadstring("do ::a:: end goto a"))) print((loadstring("goto a do ::a:: end")))
--- twice the same label
print((loadstring("::a:: ::a::")))
--- into the scope of a local
print((loadstring("goto a local x ::a:: print(x)")))
--- to the end of a block past a local
print((loadstring("do goto a local x ::a:: end")) ~= nil, (loadstring("repeat goto a local x ::a:: until x")))
--- goto as a name
local goto1 = 5 print(goto1)
--- state machine
local s = "" ::a:: s = s .. "a" if #s > 5 then goto done end goto b ::b:: s = s .. "b" goto a ::done:: print(s)
--- xpcall with arguments
print(xpcall(function(...) return select("#", ...), ... end, print, 1, nil, 3))
--- assert with any message
print(select("#", assert(1, 2)), type(select(2, pcall(assert, false, {}))))
--- yield across pcall
local co = coroutine.wrap(function() return pcall(function() return coroutine.yield(1) end) end) print(co()) print(co("x"))
--- frontier
print(("THE (quick) fox"):find("%f[%a]%a+"))
--- load with a string
print(load("return 1")()) print(load("x = =")) print(load("return x", "=n", "t", {x = 5})()) print(pcall(load, "return 1", "n", "b"))
--- a label further on in the own block before one further out
do local n = 0 ::a:: n = n + 1 if n > 3 then print("outer", n) goto out end do goto a print("skipped") ::a:: print("inner", n) end end ::out:: print("ok")
--- a label further on, from a block inside
local n = 0 ::a:: n = n + 1 if n > 3 then print("outer", n) return end do if n then while true do goto a end end print("skipped") ::a:: print("inner", n) end
--- the label of a block between
local n = 0 ::a:: n = n + 1 if n > 3 then print("outer", n) return end do do goto a ::b:: end print("skipped") do ::b:: end ::a:: print("between", n) end
--- a label that has come in the own block
local n = 0 ::a:: n = n + 1 do local m = 0 ::a:: m = m + 1 if m < 3 then goto a end print(n, m) end if n < 2 then goto a end
--- a label that has come, in a block that has ended
local n = 0 ::a:: n = n + 1 do ::a:: end do local x ::b:: x = n end if n < 3 then goto a end print(n)
--- continue in nested loops of one name
for i = 1, 2 do for j = 1, 3 do if j == 2 then goto continue end io.write(i, j, " ") ::continue:: end if i == 1 then goto continue end io.write("end ", i) ::continue:: end print()
--- captured locals and a label of the same name outside
local t = {} do local i = 0 ::c:: local x = i i = i + 1 t[i] = function() x = x + 10 return x end if i < 3 then do local y = x if y == 1 then goto c end t[i + 5] = function() y = y + 1 return y end ::c:: end goto c end end print(t[1](), t[1](), t[2](), t[3](), t[6](), t[6](), t[8] and t[8]())
--- into the scope of a local of the own block, not out to the other label
print((loadstring("::a:: do goto a local x ::a:: x = 1 end")))
--- the label of a repeat before its condition
print(loadstring("::a:: repeat local x goto a ::a:: until x") ~= nil, (loadstring("::a:: repeat goto a local x ::a:: until x")))
--- labels are their function's
print(loadstring("::a:: return function() goto a end"), (loadstring("::a:: return function() goto a ::a:: end") ~= nil))
--- goto out of a function's inner block to its last label
local function f(n) for i = 1, 3 do if i == n then goto out end io.write(i, " ") end do return "all" end ::out:: return "out" end print(f(2), f(9))
--- a name that is goto
local t = { x = 1 } goto out do t.x = 2 end ::out:: print(t.x)
