--- len
print(#"", #"a\0b", ("abc"):len(), string.len("\200\201"))
--- len of a number
print(string.len(123), (5 .. ""):len())
--- comparison
print("a" < "b", "a" < "A", "" < "a", "a" <= "a", "a\0b" > "a", "Z" < "a", "10" < "9")
--- comparison with zeros
print("a\0a" < "a\0b", "a\0" > "a", "\0" > "", "a\0b" == "a\0c", "\255" > "a")
--- sub
local s = "123456789"
print(s:sub(2,4), s:sub(7), s:sub(7,6), s:sub(7,7), s:sub(0,0), s:sub(-10,10), s:sub(1,9), s:sub(-10,-20), s:sub(-1), s:sub(-4), s:sub(-6,-4))
--- sub far out
print(("abc"):sub(-1e9, 1e9), ("abc"):sub(1e9), ("abc"):sub(2, -2), ("abc"):sub(2.9, 3.2), "[" .. ("abc"):sub(4) .. "]")
--- sub with zeros
print(#("\0\0\0"):sub(2), ("a\0b"):sub(3), ("\0\0alo"):sub(3))
--- sub bad
print(pcall(string.sub)) print(pcall(string.sub, "x")) print(pcall(string.sub, "x", {})) print(pcall(string.sub, "x", 1, "y"))
--- sub takes numeric strings
print(("hello"):sub("2", "3"), string.sub(12345, 2, 3))
--- method errors count without the object
print(pcall(function() return ("x"):rep() end)) print(pcall(function() return ("x"):rep({}) end))
--- method on a bad self
local t = setmetatable({}, {__index = string})
print(pcall(function() return t:upper() end)) print(pcall(function() return t:rep(2) end))
--- method called by a dot
local s = string print(pcall(function() s.rep() end)) print(pcall(function() s.rep("x") end))
--- a function by another name
local rep = string.rep print(pcall(function() rep() end)) print(pcall(function() local t = {f = string.rep} t.f("x", {}) end))
--- upper and lower
print(("aBc1é"):upper() == "ABC1é", ("aBc1"):upper(), ("ABCxyz[]"):lower(), ("\200\201z"):upper() == "\200\201Z", #("\200\201"):upper())
--- reverse
print(("abc"):reverse(), ("").reverse(""), ("a\0b"):reverse() == "b\0a", string.reverse(123))
--- rep
print(("ab"):rep(3), ("ab"):rep(0), ("ab"):rep(-1), (""):rep(10), ("x"):rep(2.9), #("\0\0"):rep(5))
--- rep bad
print(pcall(string.rep)) print(pcall(string.rep, "x")) print(pcall(string.rep, "x", "y")) print(pcall(string.rep, nil, 1))
--- rep long
print(#("abc"):rep(100000), ("abc"):rep(100000):sub(-4))
--- byte
print(("ABC"):byte(), ("ABC"):byte(2), ("ABC"):byte(-1), ("ABC"):byte(1, -1))
--- byte out of range
print(("ABC"):byte(4)) print(("ABC"):byte(0)) print((""):byte()) print(("ABC"):byte(3, 10)) print(("ABC"):byte(0, 1)) print(("ABC"):byte(-10, 2)) print(("\0\255"):byte(1,2))
--- char
print(string.char(72, 105), #string.char(), string.char(0, 255) == "\0\255", string.char("65"))
--- char bad
print(pcall(string.char, 256)) print(pcall(string.char, -1)) print(pcall(string.char, 65, "x")) print(pcall(string.char, {}))
--- char and byte
local t = {} for i = 0, 255 do t[#t+1] = i end
local s = string.char(unpack(t)) print(#s, select("#", s:byte(1, -1)), s:byte(-1)) for i = 0, 255 do assert(s:byte(i+1) == i) end
--- find plain
print(("a.b"):find("."), ("a.b"):find(".", 1, true), ("a.b"):find(".", 3, true), ("a+b"):find("+", 1, true), ("abc"):find("c", -1, true))
--- find without magic
print(("hello world"):find("wor"), ("hello"):find("xyz"), ("hello"):find("l"), ("hello"):find(""), ("hello"):find("", 3), ("hello"):find("", 10))
--- find with init
print(("hello"):find("l", 4), ("hello"):find("l", 5), ("hello"):find("l", -2), ("hello"):find("h", -100), ("hello"):find("", 6), ("hello"):find("", 7), (""):find(""), (""):find("", 1), (""):find("", 2), (""):find("", 10))
--- find captures
print(("key=val"):find("(%w+)=(%w+)")) print(("key=val"):find("()=()")) print(("abc"):find("(b)(c)"))
--- find bad
print(pcall(string.find)) print(pcall(string.find, "a")) print(pcall(string.find, "a", {})) print(pcall(string.find, "a", "a", "x"))
--- find numbers
print(string.find(12345, 34), string.find("a5", 5))
--- find zeros
print(("a\0b\0c"):find("\0", 1, true), ("a\0b\0c"):find("\0", 3, true), ("a\0b"):find("b"))
--- concatenation
print("a" .. "b" .. 1 .. 2, 1 .. "", 1 .. 2, -1 .. "x", 0.5 .. "")
--- concatenation of many
local t = {} for i = 1, 300 do t[i] = "x" .. i end local s = "" for i = 1, 300 do s = s .. t[i] end print(#s)
--- concatenation is right associative
local mt = {__concat = function(a, b) return (type(a) == "table" and "T" or a) .. "+" .. (type(b) == "table" and "T" or b) end}
local t = setmetatable({}, mt) print("a" .. t, t .. "a", "a" .. "b" .. t, t .. "a" .. "b", t .. t, 1 .. t)
--- concatenation bad
print(pcall(function() return "a" .. nil end)) print(pcall(function() return {} .. "a" end)) print(pcall(function() local x = true return "a" .. x end)) print(pcall(function() return "a" .. xx end)) print(pcall(function() local t = {} return t.a .. "x" end))
--- escapes
print("\65\066\t|\"\'|\\", '\n' == "\10", "a\
b", #"\0001", "\z" == "z", "\x" == "x")
--- long strings
print([[a
b]], #[[

x]], [==[a]]b]=]c]==], [[a\nb]])
--- long string with line ends
print(#[[
a]], [[]] == "", [=[]]]=])
--- tostring
print(tostring(1), tostring(-0.5), tostring(true), tostring(nil), tostring("x"), tostring(1e15), tostring(12345678))
--- tostring of objects
print(tostring({}):match("^table: 0x%x+$") ~= nil, tostring(print):match("^function: ") ~= nil, tostring(function() end):match("^function: 0x%x+$") ~= nil, tostring(coroutine.create(function() end)):match("^thread: 0x%x+$") ~= nil)
--- tostring meta
print(tostring(setmetatable({}, {__tostring = function(t) return "obj" end}))) print(pcall(tostring, setmetatable({}, {__tostring = function(t) error("x", 0) end})))
--- tostring gives what the metamethod gives
print(tostring(setmetatable({}, {__tostring = function() return 42 end})), type(tostring(setmetatable({}, {__tostring = function() return 42 end}))))
--- tostring without a value
print(pcall(tostring))
--- print uses tostring
local t = setmetatable({}, {__tostring = function() return "T!" end}) print(t, t, nil, 1)
--- print with a bad tostring
print(pcall(print, setmetatable({}, {__tostring = function() return {} end})))
--- strings have methods
print(("x"):rep(3), ("%d"):format(7), ("abc").len, #getmetatable("").__index.format("%s", "x")) 
--- indexing a string
print(("abc").x, ("abc")[1], pcall(function() local s = "abc" s.x = 1 end))
--- string metatable
print(getmetatable("").__index == string, getmetatable("a") == getmetatable("b"), getmetatable(1), getmetatable(nil))
--- adding a method
function string:shout() return self:upper() .. "!" end print(("hey"):shout())
--- dump of a builtin
print(pcall(string.dump, print)) print(pcall(string.dump)) print(pcall(string.dump, 1))
--- gfind is gmatch
print(string.gfind == string.gmatch)
--- equality
print("a" == "a", "1" == 1, "a" .. "b" == "ab", ("x"):rep(50) == ("x"):rep(49) .. "x")
--- numbers as strings
print("10" + 5, "3" * "4", "0x10" + 0, " 5 " + 1, "1e1" + 0, 10 .. 20, -"2", "10" / "4", "2" ^ "3", "7" % "4")
--- bad arithmetic on strings
print(pcall(function() return "abc" + 1 end)) print(pcall(function() return 1 + "" end)) print(pcall(function() return -"x" end)) print(pcall(function() return {} + "1" end))
--- length of what has none
print(pcall(function() return #5 end)) print(pcall(function() local x return #x end)) print(pcall(function() return #print end))
--- tostring round trip
for _, n in ipairs{0, 1, -1, 0.1, 1e100, 123456.789, 2^31, 2^32 + 1, -7.25} do assert(tonumber(tostring(n)) == n, n) end print("ok")
--- join and split
local parts = {} for w in ("a,b,,c"):gmatch("([^,]*),?") do parts[#parts+1] = "<" .. w .. ">" end print(table.concat(parts))
--- trim
local function trim(s) return (s:gsub("^%s+", ""):gsub("%s+$", "")) end print("[" .. trim("  a b  ") .. "]", "[" .. trim("") .. "]", "[" .. trim("   ") .. "]")
--- caesar
print((("Hello"):gsub("%a", function(c) local b = c:lower():byte() - 97 return string.char((b + 13) % 26 + 97) end)))
--- dump and load
local up = 5
local function f(a, ...) up = (up or 0) + 1 return a, up, select("#", ...) end
local g = loadstring(string.dump(f))
print(g(7, 1, 2)) print(g(8)) print(up, f(1))
print(string.dump(f):byte(1, 12)) print(string.dump(f) == string.dump(f))
print(loadstring(string.dump(loadstring("return 1 + ...")))(4))
local env = setfenv(loadstring(string.dump(function() x = 1 return y end)), {y = 2}) print(env(), getfenv(env).x, x)
--- no binary chunk
print((loadstring("\27Lua rubbish"))) print((loadstring(string.dump(function() end):sub(1, 30))))
