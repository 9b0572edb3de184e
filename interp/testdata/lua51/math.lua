--- constants
print(("%.14f"):format(math.pi), math.huge > 1e308, -math.huge < -1e308, math.huge == 1/0)
--- abs ceil floor
print(math.abs(-5), math.abs(5.5), math.ceil(1.2), math.ceil(-1.2), math.floor(1.8), math.floor(-1.2), math.floor(3), math.ceil(3), math.abs(0))
--- sqrt exp log
print(math.sqrt(16), ("%.10g"):format(math.sqrt(2)), math.exp(0), ("%.10g"):format(math.exp(1)), math.log(1), ("%.10g"):format(math.log(10)), math.log10(1000), math.log10(1))
--- log takes one argument
print(("%.10g"):format(math.log(8, 2)))
--- trigonometry
print(math.sin(0), math.cos(0), math.tan(0), ("%.10g %.10g %.10g"):format(math.sin(1), math.cos(1), math.tan(1)))
--- inverse trigonometry
print(("%.10g %.10g %.10g %.10g"):format(math.asin(1), math.acos(0), math.atan(1), math.atan2(1, -1)), math.atan2(0, 1))
--- hyperbolic
print(("%.10g %.10g %.10g"):format(math.sinh(1), math.cosh(1), math.tanh(1)))
--- deg rad
print(("%.10g %.10g"):format(math.deg(math.pi), math.rad(180)), math.deg(0))
--- pow and ^
print(math.pow(2, 10), 2^10, 2^0.5 == math.sqrt(2), 2^-1, (-2)^2, -2^2, 2^3^2, math.pow(0, 0))
--- fmod
print(math.fmod(7, 3), math.fmod(-7, 3), math.fmod(7, -3), math.fmod(5.5, 2), math.mod == math.fmod)
--- %
print(7 % 3, -7 % 3, 7 % -3, -7 % -3, 5.5 % 2, -0.5 % 1, 5 % math.huge == 5, 0 % 5)
--- % of large numbers
print(2^53 % 3, -2^53 % 3, 1e15 % 7, 1e300 % 2)
--- modf
print(math.modf(3.7) , (select(2, math.modf(3.5)))) print(math.modf(-3.5)) print(math.modf(5)) print(math.modf(math.huge) == math.huge, (select(2, math.modf(math.huge))))
--- frexp and ldexp
print(math.frexp(8)) print(math.frexp(0)) print(math.frexp(-0.75)) print(math.ldexp(0.5, 4), math.ldexp(1, -1), math.ldexp(1, 2000) == math.huge, math.ldexp(3, 1.9))
--- max and min
print(math.max(1, 5, 3), math.min(1, 5, 3), math.max(-1), math.min("10", 9), math.max(1, 2.5), math.max(math.huge, 1) == math.huge)
--- max bad
print(pcall(math.max)) print(pcall(math.min)) print(pcall(math.max, 1, "x")) print(pcall(math.max, {}, 1))
--- bad arguments
print(pcall(math.floor)) print(pcall(math.sqrt, "x")) print(pcall(math.sin, {})) print(pcall(math.pow, 1)) print(pcall(math.fmod, 1)) print(pcall(math.ldexp, 1)) print(pcall(math.abs, nil))
--- numeric strings
print(math.floor("3.7"), math.sqrt("16"), math.max("3", "20"), math.abs(" -5 "))
--- random in range
for i = 1, 200 do local a, b, c = math.random(), math.random(10), math.random(-5, 5) assert(a >= 0 and a < 1 and b >= 1 and b <= 10 and b % 1 == 0 and c >= -5 and c <= 5 and c % 1 == 0) end print("ok")
--- random of one
print(math.random(1), math.random(5, 5), math.random(-3, -3))
--- random bad
print(pcall(math.random, 0)) print(pcall(math.random, -1)) print(pcall(math.random, 2, 1)) print(pcall(math.random, 1, 2, 3)) print(pcall(math.random, "x")) print(pcall(math.random, 1, "x"))
--- randomseed repeats
math.randomseed(42) local a, b = math.random(), math.random(1000) math.randomseed(42) print(a == math.random(), b == math.random(1000)) print(pcall(math.randomseed))
--- seeds differ
math.randomseed(1) local a = math.random(1e9) math.randomseed(2) print(a ~= math.random(1e9))
--- arithmetic
print(1 + 2, 5 - 3, 4 * 2.5, 7 / 2, 1 / 4, 10 / 5, 2 ^ 10, -(-3), 5 % 3)
--- precedence
print(1 + 2 * 3, (1 + 2) * 3, 2 ^ 3 ^ 2, -2 ^ 2, not nil == true, 1 .. 2 == "12", 2 * 3 % 4, 1 + 2 < 4, "a" .. 1 + 2, -3 % 5, 2 ^ -1)
--- division by zero
print(1/0 == math.huge, -1/0 == -math.huge, 0/0 ~= 0/0, 1 % 0 ~= 1 % 0)
--- integers and floats
print(1 == 1.0, 3 / 1, 1e2, 1e-2, 0x10, 0xff, .5, 5., 3e0, 0x.8 == 0.5)
--- large integers
print(2^31, 2^32, -2^31, 1e14, 123456789012)
--- integer overflow does not wrap
print(2^53 == 2^53 + 1, 2147483647 + 1, -2147483648 - 1)
--- negative zero
print(1 / (0 * -1) == -math.huge, 0 == -0, 1 / 0 == 1 / -0)
--- negative zero of a literal
print(1 / -0.0 == -math.huge, 1 / (-0.0 + 0) == math.huge)
--- NaN compares
local nan = 0/0 print(nan == nan, nan ~= nan, nan < 1, nan > 1, nan <= nan, not (nan >= nan))
--- comparisons
print(1 < 2, 1 <= 1, 2 > 1, 2 >= 3, 1 ~= 1.0, -1 < 0, math.huge > 1e300)
--- comparisons of mixed types
print(pcall(function() return 1 < "2" end)) print(pcall(function() return {} < {} end)) print(pcall(function() return nil < 1 end)) print(pcall(function() return "a" < 1 end)) print(pcall(function() return {} <= 1 end)) print(pcall(function() return true > false end)) print(1 == "1")
--- bad arithmetic
print(pcall(function() return 1 + nil end)) print(pcall(function() return {} * 2 end)) print(pcall(function() local x return x - 1 end)) print(pcall(function() return undefinedvar / 2 end)) print(pcall(function() local t = {} return t.x ^ 2 end)) print(pcall(function() return -{} end)) print(pcall(function() return 2 % true end))
--- bad arithmetic names
local up print(pcall(function() return up + 1 end)) print(pcall(function() local t = {a = {}} return t.a.b + 1 end)) print(pcall(function() return ("x").y.z end)) print(pcall(function() local t = {} t.x.y = 1 end))
--- for loops with fractions
for i = 1, 2, 0.25 do io.write(i, " ") end for i = 3, 1, -1 do io.write(i, " ") end for i = 1, 0 do io.write("never") end print()
--- for loops take numeric strings
for i = "1", "3" do io.write(i, " ") end for i = 1, "2", "1" do io.write(i, " ") end print()
--- for loops bad
print(pcall(function() for i = "a", 2 do end end)) print(pcall(function() for i = 1, {} do end end)) print(pcall(function() for i = 1, 2, "x" do end end)) print(pcall(function() for i = nil, 2 do end end))
--- for loops with infinities
local n = 0 for i = 1, math.huge do n = n + 1 if n == 5 then break end end print(n) for i = 0, -math.huge do print("never") end for i = 1, 0/0 do print("never") end print("ok")
--- floor of large
print(math.floor(2^40 + 0.5) == 2^40, math.floor(-0.5), math.ceil(-0.5) == 0, math.floor(math.huge) == math.huge)
--- tonumber rounding
print(tonumber("0.1") == 0.1, 0.1 + 0.2 == 0.3, ("%.17g"):format(0.1 + 0.2), tonumber("1e308") * 10 == math.huge)
--- which bad argument is told
print(pcall(math.fmod)) print(pcall(math.pow, {})) print(pcall(math.ldexp, "x", {})) print(pcall(math.atan2)) print(pcall(table.concat, 1, {})) print(pcall(math.max)) print(pcall(math.modf)) print(pcall(string.gsub, "", "", nil, {}))
--- numbers as text
for _, n in ipairs{0.1 + 0.2, 1/3, 100 * 1.1, 3.14159265358979, 1e-5, 1e-300, 5e-324, 1e100, 1e20, 2^64, -2^64, 123456.789, 0.1, -0.5, 123456789012, 1.5e300 * 1e10, 1e15 + 0.5, 99999999999999.9} do
  print(n, tostring(n), n .. "", ("%s"):format(n), table.concat({n, n}, " "), #tostring(n))
  io.write(n, " ", -n, "\n")
end
--- infinite numbers as text
print(1/0, -1/0, math.huge, -math.huge, 1e999, (1/0) .. "|" .. (-1/0), ("%s %s"):format(1/0, -1/0), table.concat({1/0, -1/0}, ","))
io.write(1/0, " ", -1/0, "\n")
--- no number as text
print((tostring(0/0):gsub("-", "")), (tostring(-(0/0)):gsub("-", "")), (((0/0) .. "|"):gsub("-", "")), (("%s"):format(0/0):gsub("-", "")))
--- minus zero as text
local z = 0 print(-z, tostring(-z), -z .. "", ("%s"):format(-z), table.concat({-z}), z) io.write(-z, " ", z, "\n")
--- the literal minus zero
print(-0)
--- numbers in error messages
print(pcall(error, 0.1 + 0.2)) print(pcall(error, 1/3, 0)) print(select(2, pcall(string.rep))) print(pcall(function() error(1/3) end))
--- numbers in for
for i = 0.1, 0.35, 0.1 do io.write(i, " ") end for i = 1, 2, 0.3 do io.write(i, " ") end print()
--- whole numbers as text
for i = 0, 46 do io.write(2^i, " ") end print(2^46 - 1, -(2^46), 1e13, 99999999999999, -99999999999999)
--- large whole numbers as text
print(1e14, 1e15, 2^53, -(2^53), 2^62, 1e18, 123456789012345, 2^63 - 1024, -(2^63) + 1024, 2^63, -(2^63))
