--- write and read
local f = assert(io.open("f", "w")) print(io.type(f), f:write("one\n", 2, "\nthree") == true) f:close() print(io.type(f), io.type(5)) for l in io.lines("f") do io.write("[", l, "]") end print()
--- read formats
local f = io.open("f", "w") f:write("12 0x1F -3.5e1 word\nline two\n\nlast") f:close() f = io.open("f") print(f:read("*n", "*n", "*n")) print(f:read("*l")) print(f:read("*l")) print(f:read("*l")) print(f:read(2)) print(f:read("*a")) print(f:read("*a")) print(f:read("*l")) print(f:read(0)) f:close()
--- read zero
local f = io.open("f", "w") f:write("x") f:close() f = io.open("f") print(f:read(0), f:read(1), f:read(0), f:read(1)) f:close()
--- read bad
local f = io.open("f", "w") f:close() f = io.open("f") print(pcall(f.read, f, "*x")) print(pcall(f.read, f, "x")) print(pcall(f.read, f, {})) f:close()
--- seek
local f = io.open("f", "w+") f:write("hello world") print(f:seek(), f:seek("set"), f:read(5), f:seek("cur", 1), f:read("*a"), f:seek("end"), f:seek("end", -3), f:read(3)) print(f:seek("set", -1)) print(pcall(f.seek, f, "bad")) f:close()
--- append
local f = io.open("f", "w") f:write("a") f:close() f = io.open("f", "a") f:write("b") f:close() print(io.open("f"):read("*a"))
--- open fails
print(io.open("nosuchfile")) print(io.open("nosuchdir/x", "w")) print(pcall(io.open)) print(pcall(io.open, {}))
--- closed files
local f = io.open("f", "w") f:close() print(pcall(f.write, f, "x")) print(pcall(f.read, f)) print(pcall(f.close, f)) print(tostring(f)) print(pcall(f.lines, f))
--- lines
local f = io.open("f", "w") f:write("a\nb\n") f:close() local n = 0 for l in io.open("f"):lines() do n = n + 1 io.write(l) end print(n) print(pcall(io.lines, "nosuchfile"))
--- default files
io.output("f") io.write("x", 1, "\n") io.close() io.output(io.stdout) io.input("f") print(io.read()) print(io.read()) io.close(io.input()) io.input(io.stdin) print(io.type(io.stdin))
--- stdin
print(io.read("*n", "*n")) print(io.read()) print(io.read("*l")) print(io.read("*l")) print(io.read("*a"))
--- stdin lines
for l in io.lines() do io.write("<", l, ">") end print()
--- io.type
print(io.type(io.stdout), io.type("x"), io.type(nil), pcall(io.type))
--- tostring
print(tostring(io.stdout):match("^file %(0x%x+%)$") ~= nil)
--- write bad
print(pcall(io.write, {})) print(pcall(io.write, nil)) print(pcall(io.stdout.write, io.stdout, true))
--- write returns
print(io.write("a", 1, 2.5, "\n"))
--- writing to what is open for reading
local f = io.open("f", "w") f:close() f = io.open("f", "r") print(f:write("x")) f:close()
--- setvbuf
local f = io.open("f", "w") print(f:setvbuf("no"), f:setvbuf("full", 1024), f:setvbuf("line")) print(pcall(f.setvbuf, f, "bad")) f:close()
--- flush
local f = io.open("f", "w") f:write("x") f:flush() print(io.open("f"):read("*a")) f:close() io.flush()
--- binary
local f = io.open("f", "wb") f:write("a\0b\r\n\255") f:close() local s = io.open("f", "rb"):read("*a") print(#s, s:byte(1, -1))
--- long lines
local f = io.open("f", "w") f:write(("x"):rep(10000), "\n", ("y"):rep(5000)) f:close() f = io.open("f") print(#f:read(), #f:read(), f:read()) f:close()
--- read a number at the end
local f = io.open("f", "w") f:write("1\n2 abc") f:close() f = io.open("f") print(f:read("*n", "*n", "*n")) f:close()
--- loadfile
local f = io.open("m.lua", "w") f:write("#!shebang\nreturn 1, ...") f:close() print(loadfile("m.lua")(5)) print(loadfile("nosuch.lua")) f = io.open("bad.lua", "w") f:write("x = = 1") f:close() print(loadfile("bad.lua"))
--- dofile
local f = io.open("m.lua", "w") f:write("x = 7 return x + 1") f:close() print(dofile("m.lua"), x) print(pcall(dofile, "nosuch.lua"))
--- require
local f = io.open("mod.lua", "w") f:write("local M = {} M.name = ... return M") f:close() local m = require("mod") print(m.name, require("mod") == m, package.loaded.mod == m) print((pcall(require, "nosuchmodule")))
--- require without a value
local f = io.open("mod2.lua", "w") f:write("y = 3") f:close() print(require("mod2"), y, package.loaded.mod2)
--- package.preload
package.preload.pre = function(n) return {n = n} end print(require("pre").n)
--- load with a function
local parts = {"return ", "1 + ", "2"} local i = 0 print(load(function() i = i + 1 return parts[i] end)()) print(load(function() return nil end)) print(load(function() return "x = =" end == nil and nil or (function() local d return function() if not d then d = true return "x = =" end end end)(), "=n"))
--- loadstring
print(loadstring("return ...")(1, 2)) print(loadstring("x = ")) print(pcall(loadstring)) print(pcall(loadstring, {}))
--- reading numbers of every form
for _, s in ipairs{"0x10", "0x1p4", "1e", "1e+", "1e5", "-", "+", "--1", ".5", "5.", "1.2.3", "0x.8", "1e5x", "  7", "\n8\n", "1_0", ".", "e5", "- 5", "00012", "1,5", "-0x1F", "+5", "0x1.8p1", "1e5e5", "0x1p", "1ee", "1" .. ("0"):rep(250)} do
  local f = io.open("n", "w") f:write(s, " 42 rest") f:close()
  f = io.open("n") local a, b = f:read("*n", "*n") print(s, a and string.format("%g", a), b, f:read("*a")) f:close()
end
for _, s in ipairs{"inf", "-INF", "infinity", "nan", "1e400"} do
  local f = io.open("n", "w") f:write(s, " 42 rest") f:close()
  f = io.open("n") local a, b = f:read("*n", "*n") print(s, a ~= a and "nan" or string.format("%g", a), b, f:read("*a")) f:close()
end
