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
