-- match looks at a whole path; nothing is looked up.
local function try(pattern, ...)
  local all = {}
  for i, path in ipairs { ... } do all[i] = path .. (fs.match(pattern, path) and "+" or "-") end
  print(pattern, table.concat(all, " "))
end
try("*", "a", "", ".a", "a/b")
try("**", "a", "a/b", ".a/.b")
try("a/**/b", "a/b", "a/x/b", "a/x/y/b", "a/xb", "b")
try("**/b", "b", "a/b", "a/bb")
try("a/**", "a", "a/b", "a/b/c", "ab")
try("a?c", "abc", "aäc", "ac", "a/c")
try("[a-c]x", "ax", "cx", "dx", "-x")
try("[!a-c]x", "ax", "dx", "äx")
try("[]a]", "]", "a", "b")
try("[a-]", "a", "-", "b")
try("[^]]", "]", "a")
try("{a,b{c,d}}e", "ae", "be", "bce", "bde")
try("{,x}y", "y", "xy", "zy")
try("a\\*", "a*", "ab")
try("*a*a*a*b", ("a"):rep(200), ("a"):rep(200) .. "b")
try("**/a/**/a/**/b", ("a/"):rep(100) .. "c", ("a/"):rep(100) .. "b")
try("\255*", "\255x", "\254x")
for _, p in ipairs { "[\254-\255]", "\\\255?", "*\255", "[!\255]" } do print(fs.match(p, "\255"), fs.match(p, "\253"), fs.match(p, "\255x"), fs.match(p, "\u{fffd}")) end
for _, p in ipairs { "[", "[a", "{a", "a\\", "[z-a]", ("{a,b}"):rep(20), ("a"):rep(5000) } do
  local ok, err = pcall(fs.match, p, "x")
  print(ok, err.message:sub(1, 100))
end
