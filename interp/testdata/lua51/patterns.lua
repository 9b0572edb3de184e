--- single classes
for _, c in ipairs{"a","c","d","l","p","s","u","w","x","z","A","C","D","L","P","S","U","W","X","Z"} do local n = 0 for i = 0, 255 do if string.char(i):find("%" .. c) then n = n + 1 end end io.write(c, "=", n, " ") end print()
--- dot
print(("a\nb"):match("a.b") ~= nil, ("\0x"):match("^.x") ~= nil, (""):match("."))
--- class of anything else is itself
print(("a.b"):find("%."), ("50%"):find("%%"), ("a-b"):find("%-"), ("(x)"):find("%(x%)"), ("a\\b"):find("\\"), ("@"):find("%@"))
--- sets
print(("hello"):match("[el]+"), ("hello"):match("[^l]+"), ("x-y"):match("[x-]+"), ("a]b"):match("[]]"), ("a]b"):match("[^]]"), ("^a"):match("[a^]+"), ("a^"):match("[%^]"))
--- ranges
print(("abcXYZ019"):gsub("[a-c]", "."), ("abcXYZ019"):gsub("[X-Z0-1]", "."), ("a-z"):gsub("[a%-z]", "."), ("m"):find("[a-]"), ("-"):find("[a-]"), ("-"):find("[-a]"), ("b"):find("[c-a]"))
--- classes in sets
print(("a1 b2"):gsub("[%a%s]", "."), ("a1_b"):match("[%w_]+"), ("1.5e3"):match("[%d.eE]+"), ("x%]"):match("[%]%%]+"), ("ab"):find("[^%a]"))
--- range with an escape
print(("%"):find("[a-%%]"), ("b"):find("[a-%%]"), ("]"):find("[a-%]"))
--- star
print(("aaab"):match("a*"), ("b"):match("a*"), ("aaab"):match("a*b"), ("aaa"):match("a*a"), ("xaaax"):find("a*"), ("aab"):match("^a*b$"))
--- plus
print(("aaab"):match("a+"), ("b"):match("a+"), ("baab"):find("a+"), ("aaa"):match("a+a"), ("a"):match("a+a"))
--- minus
print(("aaab"):match("a-b"), ("aaab"):match("a-"), ("<<a>>"):match("<(.-)>"), ("/* x */ y */"):match("/%*.-%*/"), ("aaa"):match("^a-$"), ("ab"):match("a-b"))
--- question mark
print(("color colour"):gsub("colou?r", "X"), ("-5"):match("^-?%d+$"), ("5"):match("^-?%d+$"), ("aab"):match("a?a?a?b"), ("b"):match("a?b"))
--- anchors
print(("hello"):match("^he"), ("hello"):match("^el"), ("hello"):match("lo$"), ("hello"):match("l$"), ("hello"):match("^hello$"), ("a$b"):match("a$b"), ("a^b"):match("a^b"), ("x$"):match("$"), ("$"):match("^$$"))
--- anchor at init
print(("hello"):find("^l", 3), ("hello"):find("^l", 2), ("hello"):match("^(.)", -1), ("aab"):gsub("^a", "x"))
--- captures
print(("2024-01-15"):match("(%d+)-(%d+)-(%d+)")) print(("abc"):match("((a)(b)(c))")) print(("abc"):match("a(b*)c")) print(("ac"):match("a(b*)c"))
--- position captures
print(("hello"):match("()ll()")) print(("hello"):find("()")) print(("abc"):gsub("()", "%1")) print((""):match("()"))
--- nested captures
print(("key = value"):match("^((%w+)%s*=%s*(%w+))$"))
--- back references
print(("abcabc"):match("(abc)%1"), ([["it's"]]):match([[(["'])(.-)%1]]), ("aa bb cd"):gsub("(%a)%1", "<%1>"), ("abab"):match("^(..)%1$"), ("abba"):match("^(..)%1$"))
--- back reference to an empty capture
print(("x"):match("()%1"), ("ab"):match("(x*)a%1b"))
--- balance
print(("f(a(b)c)d"):match("%b()"), ("((x)"):match("%b()"), ("[[x]]"):match("%b[]"), (")("):match("%b()"), ("xxyy"):match("%bxy"), ("xx"):match("%bxx"), ("a%b"):find("%b%b"))
--- frontier
print(("THE (quick) fox"):find("%f[%a]%a+%f[%A]"), ("hello world"):gsub("%f[%w]%w+", string.upper), ("x"):find("%f[%z]"), ("abc"):find("%f[a]"), ("abc"):find("%f[^a]"))
--- frontier at the ends
for k in ("one two"):gmatch("%f[%w]()") do io.write(k, " ") end for k in ("one two"):gmatch("()%f[%W]") do io.write(k, " ") end print()
--- malformed
for _, p in ipairs{"%", "[", "[a", "[^", "[]", "[%", "[a-", "(", ")", "(()", "a)", "%b", "%bx", "%f", "%fa", "%1", "(a%1)", "%0", "a[", "[a]%"} do print(p, pcall(string.find, "a", p)) end
--- malformed but not reached
print(pcall(string.find, "abc", "x[")) print(pcall(string.find, "abc", "x%")) print(pcall(string.find, "", "a(")) print(pcall(string.match, "abc", "xyz%b"))
--- too many captures
print(pcall(string.find, "a", ("()"):rep(33))) print(select("#", ("a"):find(("()"):rep(32))))
--- unfinished capture
print(pcall(string.match, "abc", "(a")) print(pcall(string.gsub, "abc", "(b", "x")) print(pcall(string.gsub, "abc", "(b", "%1"))
--- match without a match
print(("abc"):match("x"), select("#", ("abc"):match("x")), select("#", ("abc"):find("x")))
--- match with init
print(("abcabc"):match("b.", 3), ("abc"):match("()", 4), ("abc"):match("()", 10), ("abc"):match("c", -1), ("abc"):match(".", -10))
--- match of numbers
print((12345):rep == nil, string.match(12345, "3(%d)"), string.match("a1", 1))
--- gmatch
for w in ("one two  three"):gmatch("%a+") do io.write(w, ";") end print()
--- gmatch with captures
for k, v in ("a=1, b=2"):gmatch("(%w+)=(%w+)") do io.write(k, "->", v, ";") end print()
--- gmatch of nothing
local n = 0 for _ in ("abc"):gmatch("") do n = n + 1 end print(n) n = 0 for _ in (""):gmatch("") do n = n + 1 end print(n) for p in ("abc"):gmatch("()b*") do io.write(p, " ") end print()
--- gmatch does not anchor
for w in ("aab"):gmatch("^a") do io.write(w, ";") end for w in ("^a^a"):gmatch("^a") do io.write(w, ";") end print()
--- gmatch step by step
local it = ("ab"):gmatch(".") print(it(), it(), it(), it())
--- gmatch bad
print(pcall(string.gmatch)) print(pcall(string.gmatch, "a")) print(pcall(string.gmatch, "a", {})) print(pcall(string.gmatch("a", "[")))
--- gsub with a string
print(("hello world"):gsub("o", "0")) print(("hello"):gsub("l", "L", 1)) print(("hello"):gsub("x", "y")) print(("hello"):gsub("", "-")) print((""):gsub("", "x")) print(("abc"):gsub(".", "%0%0"))
--- gsub with captures in the replacement
print(("hello world"):gsub("(%w+) (%w+)", "%2 %1")) print(("abc"):gsub("%w", "%%")) print(("abc"):gsub("%w", "%1")) print(("abc"):gsub("(b)", "[%1%0]")) print(("ab"):gsub("()", "%1"))
--- gsub replacement escapes
print(("abc"):gsub("b", "%x")) print(("abc"):gsub("b", "%-")) print(#("abc"):gsub("b", "%")) print(pcall(string.gsub, "abc", "b", "%2")) print(pcall(string.gsub, "abc", "(a)(b)", "%3"))
--- gsub with a function
print(("abc"):gsub("%w", function(c) return c:byte() end)) print(("abc"):gsub("%w", function(c) if c == "b" then return false end end)) print(("a1b2"):gsub("(%a)(%d)", function(a, d) return d .. a end)) print(("abc"):gsub("b", function() return "" end))
--- gsub function gets positions
print(("abc"):gsub("()(.)()", function(...) return table.concat({...}, "") end))
--- gsub with a table
print(("$name is $age"):gsub("%$(%w+)", {name = "Bob", age = 42})) print(("abc"):gsub(".", {a = false, b = "B"})) print(("ab"):gsub("()", {[1] = "x", [3] = "y"}))
--- gsub with a table that has __index
print(("abc"):gsub("%w", setmetatable({}, {__index = function(t, k) return "<" .. k .. ">" end})))
--- gsub bad replacement values
print(pcall(string.gsub, "abc", "b", function() return {} end)) print(pcall(string.gsub, "abc", "b", {b = true})) print(pcall(string.gsub, "abc", "b", function() return print end))
--- gsub bad arguments
print(pcall(string.gsub)) print(pcall(string.gsub, "a")) print(pcall(string.gsub, "a", "a")) print(pcall(string.gsub, "a", "a", true)) print(pcall(string.gsub, "a", "a", nil)) print(pcall(string.gsub, "a", "a", "a", "x")) print(pcall(string.gsub, {}, "a", "a"))
--- gsub with a number
print(("abc"):gsub("b", 5), string.gsub(12321, 2, "x"))
--- gsub limits
print(("aaaa"):gsub("a", "b", 2)) print(("aaaa"):gsub("a", "b", 0)) print(("aaaa"):gsub("a", "b", -1)) print(("aaaa"):gsub("a", "b", 10)) print(("abc"):gsub("", "-", 2))
--- gsub anchored
print(("aaa"):gsub("^a", "b")) print(("aaa"):gsub("^x", "b")) print(("hello"):gsub("^", ">")) print(("hello"):gsub("$", "<"))
--- gsub of empty matches
print(("abc"):gsub("b*", "-")) print(("abc"):gsub("x*", "-")) print(("bbb"):gsub("b*", "-")) print(("hello world"):gsub("%w*", "<%0>"))
--- gsub that errors
print(pcall(string.gsub, "abc", "b", function() error("oops", 0) end)) print(pcall(string.gsub, "abc", "b", function() error({}) end) )
--- gsub in gsub
print((("a1b2"):gsub("%a%d", function(s) return (s:gsub("%d", function(d) return d + 1 end)) end)))
--- lazy with captures
print(("[[a]][[b]]"):gsub("%[%[(.-)%]%]", "<%1>"))
--- urls
print(("http://example.com:80/path?q=1"):match("^(%a+)://([^:/]+):?(%d*)(/[^?]*)%??(.*)$"))
--- csv
local t = {} for f in ("1,\"a b\",3"):gmatch("[^,]+") do t[#t+1] = f end print(#t, t[2])
--- ipv4
print(("192.168.0.1"):match("^(%d+)%.(%d+)%.(%d+)%.(%d+)$"))
--- hex
print((("%x"):rep(2)):format(10, 11), (("abc"):gsub(".", function(c) return ("%02x"):format(c:byte()) end)), (("616263"):gsub("%x%x", function(h) return string.char(tonumber(h, 16)) end)))
--- escaping magic
print(("a.b*c"):gsub("%p", "%%%0")) print((("1+1"):gsub("[%^%$%(%)%%%.%[%]%*%+%-%?]", "%%%0")))
--- long subjects
local s = ("a"):rep(100000) print(#s:match("a*"), s:find("b"), #s:match(".-$"), s:sub(1, 300):find("a*b"), (s:gsub("a", "")) == "", select(2, s:gsub("a", "b")))
--- long subject with a long class
local s = ("x"):rep(50000) .. "y" print(s:find("[^y]*y"), s:find("x-y"), s:match("(x*)y$") == ("x"):rep(50000))
--- zeros in the subject
print(("a\0b\0"):gsub("%z", "0")) print(("a\0b"):match("%a%z%a") == "a\0b", ("\0\0"):find("%z+"), ("a\0b"):find("[%z]"))
--- zero in a pattern
print(("a\0b"):find("\0b", 1, true)) print(("a\0b"):gsub("a\0", "x"))
--- repetition of a backslash class
print(("\\\\x"):match("\\+"), ("tab\there"):match("%s%w+"))
--- optional at the end
print(("ab"):match("abc?"), ("abc"):match("abc?"), ("ab"):match("ab?$"), ("a"):match("ab-$"))
--- star after a set
print(("aabbcc"):match("[ab]*"), ("aabbcc"):match("[ab]-c"), ("aabbcc"):match("[^c]+c+$"))
--- star is literal at the beginning
print(("*a"):match("*a"), ("a**"):match("a**"), ("+"):match("+"), ("?x"):find("?x"))
--- a parenthesis after a quantifier
print(("aab"):match("(a*)(b?)")) print(("aab"):match("(a-)(b)")) print(("xyz"):match("(.)(.)(.)"))
--- capture reuse
print(("abc abd"):gsub("(%w)(%w)(%w)", "%3%2%1"))
--- words count
local _, n = ("the cat the dog"):gsub("the", "") print(n)
--- path
print(("/usr/lib/x.tar.gz"):match("([^/]+)$"), ("/usr/lib/x.tar.gz"):match("^(.*)/"), ("x.tar.gz"):match("^(.-)%."), ("x.tar.gz"):match("%.([^.]*)$"))
--- date order
print((("15/01/2024"):gsub("(%d+)/(%d+)/(%d+)", "%3-%2-%1")))
--- class letters are case-sensitive
print(("aB1 "):gsub("%l", "l"), ("aB1 "):gsub("%U", "u"), ("aB1 "):gsub("%S", "s"))
--- pattern of 200 items
print(#(("a"):rep(200):match(("a?"):rep(100) .. ("a"):rep(100))))
--- many alternatives
print(pcall(string.rep, "a?", 1000)) print(#(("a"):rep(1500):match(("a?"):rep(1000))))
--- random patterns
local N, seed = 400, 1
local function rnd(n) seed = (seed * 16807) % 2147483647 return seed % n + 1 end
local items = {"a", "b", ".", "%a", "%d", "[ab]", "[^a]", "[a-c%d]", "()", "(a", "(", ")", "%1", "%b()", "%bab", "%f[a]", "%f[%W]", "^", "$", "*", "+", "-", "?", "%", "[", "]", "c", " ", "[]]", "[^%s]", "%2", "%w"}
local chars = {"a", "b", "c", "(", ")", "1", " ", "a", "b", "]"}
for i = 1, N do
  local p, s = {}, {}
  for k = 1, rnd(6) do p[k] = items[rnd(#items)] end
  for k = 1, rnd(12) do s[k] = chars[rnd(#chars)] end
  p, s = table.concat(p), table.concat(s)
  print(p, s, pcall(string.find, s, p))
  print(pcall(string.gsub, s, p, "<%0>"))
  print(pcall(string.gsub, s, p, "%1", 2))
  local ok, e = pcall(function() local t = {} for a, b in string.gmatch(s, p) do t[#t+1] = tostring(a) .. ":" .. tostring(b) end return table.concat(t, ",") end)
  print(ok, e)
end
