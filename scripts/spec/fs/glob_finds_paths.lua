-- glob gives the sorted paths that a pattern, or one of a list, matches.
local dir = fs.temp()
for _, f in ipairs { "src/a.c", "src/b.h", "src/sub/c.c", "src/sub/.hid/d.c", "src/.e.c", "x[1].txt", "x1.txt", "ä.txt", "{b}", "doc/readme.md" } do
  fs.mkdir(fs.dirname(fs.join(dir, f)))
  write(fs.join(dir, f), "")
end
fs.link("src", dir .. "/ln")
local function try(pattern, opts)
  opts = opts or {}
  opts.dir = dir
  local all = fs.glob(pattern, opts)
  for i, p in ipairs(all) do all[i] = fs.rel(p, dir) end
  print(show(pattern), table.concat(all, " "))
end
for _, p in ipairs { "*", "*.txt", "src/*.c", "src/*.{c,h}", "**/*.c", "src/**", "**", "src/**/c.c", "s?c/[ab].*", "src/[!a].?", "x[[]1].txt", "x\\[1].txt", "?.txt",
  "\\{b}", "src", "src/", "nothing*", "nothing", "*/*.md", "{src,doc}/*", "s*/s*/*", "[^x]*.txt", "src/.*", "**/.*" } do try(p) end
try({ "*.txt", "x*", "doc/*" })
try({ "*/", "x1.txt/", "{src,x1.txt}/sub/", "**/sub/" })
try("**/*.c", { hidden = true })
try("**/*.c", { follow = true })
try("**", { type = "dir" })
try("**", { exclude = { "sub", "*.txt" } })
print(#fs.glob({}), #fs.glob(fs.escape(dir) .. "/*.txt"))
print(fs.glob(dir .. "/x1.txt")[1] == dir .. "/x1.txt")
