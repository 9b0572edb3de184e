--- d
print(("%d|%5d|%-5d|%05d|%+d|% d|%.3d|%5.3d"):format(42, 42, 42, 42, 42, 42, 42, 42))
--- d negative
print(("%d|%5d|%-5d|%05d|%+d|% d|%.3d|%-7.3d|"):format(-42, -42, -42, -42, -42, -42, -42, -42))
--- d of fractions
print(("%d %d %d %d"):format(3.7, -3.7, 0.5, -0.5))
--- d of strings
print(("%d %d"):format("10", "0x10"), pcall(string.format, "%d", "x"), pcall(string.format, "%d", nil), pcall(string.format, "%d", {}))
--- d of large numbers
print(("%d %d %d"):format(2^31, 2^53, -2^62))
--- i
print(("%i|%3i|%-3i|"):format(5, 5, 5))
--- u
print(("%u %5u %-5u|"):format(7, 7, 7))
--- u negative
print(("%u"):format(-1))
--- x
print(("%x %X %#x %#X %08x %-8x| %.4x"):format(255, 255, 255, 255, 255, 255, 255))
--- x negative
print(("%x %X"):format(-1, -255))
--- x zero
print(("%x %#x %.0x|"):format(0, 0, 0))
--- o
print(("%o %#o %5o %-5o| %.4o %#.4o"):format(8, 8, 8, 8, 8, 8))
--- c
print(("%c%c%c"):format(76, 117, 97), ("%5c|%-5c|"):format(65, 65))
--- e
print(("%e %E %.2e %.0e %#.0e %12.3e| %-12.3e| %+e"):format(12345.678, 12345.678, 12345.678, 12345.678, 12345.678, 12345.678, 12345.678, 12345.678))
--- e small and large
print(("%e %e %e %e"):format(0, 1e-300, 1e300, -1.5e-7))
--- f
print(("%f %.2f %.0f %#.0f %10.2f| %-10.2f| %010.2f %+f % f"):format(3.14159, 3.14159, 3.14159, 3.14159, 3.14159, 3.14159, -3.14159, 3.14159, 3.14159))
--- f large
print(("%f"):format(1e15), ("%.1f"):format(2^60), ("%.3f"):format(1e-10), ("%.20f"):format(0.1))
--- f rounding
print(("%.0f %.0f %.0f %.0f %.1f %.2f"):format(0.5, 1.5, 2.5, 3.5, 0.25, 1.005))
--- g
print(("%g %g %g %g %g %g %g"):format(0, 1, 100000, 1000000, 1e-4, 1e-5, 123456789))
--- g precision
print(("%.3g %.10g %.0g %.1g %.17g %.14g"):format(3.14159, 3.14159, 3.14159, 3.14159, 0.1, 1/3))
--- g alternative
print(("%#g %#.3g %#g"):format(1, 2, 1e10))
--- g width
print(("%10g| %-10g| %010g %+g % g"):format(1.5, 1.5, 1.5, 1.5, 1.5))
--- G
print(("%G %G"):format(1e-10, 1e20))
--- g trailing zeros
print(("%g %g %g %.3g"):format(100, 1.10, 1e20, 100))
--- inf and nan
local inf = math.huge print(("%f %f %e %g %5.1f|%-6f|%06f %+f"):format(inf, -inf, inf, inf, inf, inf, inf, inf), ("%F"):len())
--- inf upper case
print(("%E %G"):format(math.huge, -math.huge))
--- s
print(("%s|%5s|%-5s|%.2s|%5.1s|%-5.1s|"):format("abc", "abc", "abc", "abc", "abc", "abc"))
--- s of a long string
local s = ("x"):rep(200) print(#("%s"):format(s), #("%-250s"):sub(1, 2), #("%99s"):format(s), #("%.50s"):format(s))
--- s of numbers
print(("%s %s %s"):format(1, 1.5, -7))
--- s missing
print(pcall(string.format, "%s")) print(pcall(string.format, "%s %s", "a"))
--- s of nil
print(pcall(string.format, "%s", nil))
--- s of a table
print(pcall(string.format, "%s", {}))
--- s of an object
print(pcall(string.format, "%s", setmetatable({}, {__tostring = function() return "obj" end})))
--- s of a boolean
print(pcall(string.format, "%s %s", true, false))
--- s of zeros
print(#("%s"):format("a\0b"))
--- q
print(("%q"):format('a "quoted" \\ string\nwith\rlines\0end'))
--- q reads back
for _, s in ipairs{"", "a\0b", "\r\n", '"\\"', "\\n", "\1\127\200\255", "0\0001"} do assert(loadstring("return " .. ("%q"):format(s))() == s) end print("ok")
--- q of a number
print(("%q"):format(12), pcall(string.format, "%q", {}), pcall(string.format, "%q"))
--- percent
print(("%%"):format(), ("100%%"):format(), ("%d%%"):format(5), ("%5%"):len())
--- no arguments
print(("plain"):format(), (""):format(), pcall(string.format))
--- more arguments than verbs
print(("%d"):format(1, 2, 3), ("x"):format(1))
--- unknown option
print(pcall(string.format, "%y", 1)) print(pcall(string.format, "%k", 1)) print(pcall(string.format, "%5z", 1)) print(pcall(string.format, "%p", 1)) print(pcall(string.format, "%n", 1)) print(pcall(string.format, "%D", 1))
--- a
print(pcall(string.format, "%a", 1))
--- lone percent
print(pcall(string.format, "%")) print(pcall(string.format, "abc%")) print(pcall(string.format, "%", 1)) print(pcall(string.format, "%5", 1))
--- too many flags
print(pcall(string.format, "%-+ #0d", 1)) print(pcall(string.format, "%-+ #00d", 1)) print(pcall(string.format, "%------d", 1))
--- too wide
print(pcall(string.format, "%100d", 1)) print(pcall(string.format, "%.100f", 1)) print(#string.format("%99d", 1), #string.format("%.99f", 1)) print(pcall(string.format, "%0123d", 1))
--- long modifiers
print(pcall(string.format, "%ld", 1)) print(pcall(string.format, "%hd", 1)) print(pcall(string.format, "%*d", 1, 1))
--- bad arguments
print(pcall(string.format, "%f", "x")) print(pcall(string.format, "%c", "x")) print(pcall(string.format, "%x", {})) print(pcall(string.format, "%d %d", 1)) print(pcall(string.format, nil)) print(pcall(string.format, {}))
--- numeric strings
print(("%f %g %x %c"):format("1.5", "0x10", "255", "65"))
--- many
local t = {} for i = 1, 100 do t[i] = i end print(#(("%d,"):rep(100)):format(unpack(t)))
--- format through a method on a number
print((5):format == nil)
--- precision only a dot
print(("%.f|%.d|%.s|%.g"):format(2.6, 0, "abc", 2.6))
--- zero and minus
print(("%-05d|%0-5d|%+ d|% +d"):format(1, 1, 1, 1))
--- space and zero with hexadecimal
print(("%# x|%#010x|%#-10x|"):format(255, 255, 255))
--- negative zero
print(("%f %g %d %.0f"):format(-0.0, -0.0, -0.0, -0.4))
--- nan
print((("%f %5.1f %e"):format(0/0, 0/0, 0/0):gsub("-", "")))
--- denormals
print(("%g %.17g"):format(5e-324, 2.2250738585072014e-308))
--- the number format of lua
print(("%.14g %.14g %.14g %.14g %.14g"):format(1/3, 100, 1e15, 1e14, 123456789012345))
--- table of powers
for i = 0, 12 do io.write(("%5.2g;"):format(10^(i-6))) end print()
--- random formats
local N, seed = 1000, 1
local function rnd(n) seed = (seed * 16807) % 2147483647 return seed % n + 1 end
local flags, verbs = {"-", "+", " ", "#", "0"}, {"d", "i", "u", "o", "x", "X", "e", "E", "f", "g", "G", "c", "s"}
local nums = {0, 1, -1, 0.5, -2.5, 123456789, 1e15, 1e-7, 1/3, -1e100, 255, 100000, 2^53, 0.1, 1e20, 5e-324, 12345.678, 65, 99.95, 1e5, 123456}
for i = 1, N do
  local f = "%"
  for k = 1, rnd(3) - 1 do f = f .. flags[rnd(5)] end
  if rnd(2) == 1 then f = f .. rnd(25) end
  if rnd(2) == 1 then f = f .. "." .. (rnd(21) - 1) end
  local v = verbs[rnd(#verbs)]
  local n = nums[rnd(#nums)]
  if v == "c" then n = 65 elseif v == "s" then n = "hello" elseif v:find("[diuoxX]") and (n > 2^62 or n < -2^62 or (v ~= "d" and v ~= "i" and n < 0)) then n = 7 end
  f = f .. v
  print(f, "[" .. string.format(f, n) .. "]")
end
