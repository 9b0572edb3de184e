for l in io.lines("in.txt") do io.write("[", l, "]") end
print()
local f = io.open("in.txt")
for l in f:lines() do if l == "two" then break end end
print(f:read("*a"))
print(f:close())
local it = io.lines("in.txt")
for i = 1, 5 do it() end
print(it())
print(pcall(it))
