-- walk gives everything below a folder, each folder before what is in it, sorted; its options choose.
local dir = fs.temp()
for _, d in ipairs { "a/deep/er", "b", ".hidden", "node_modules/x" } do fs.mkdir(fs.join(dir, d)) end
for _, f in ipairs { "a/2.txt", "a/10.txt", "a/deep/er/x.lua", "b/y.lua", ".hidden/z.lua", "node_modules/x/n.lua", "top.lua", "B" } do write(fs.join(dir, f), f) end
fs.link("a", dir .. "/link")
fs.link("..", dir .. "/a/up")
fs.link("nowhere", dir .. "/broken")
write(dir .. "/.top.lua.lull-abcd0123", "a file that is to take another's place")
local function try(what, opts)
  local all = {}
  for path, e in fs.walk(dir, opts) do
    all[#all + 1] = fs.rel(path, dir) .. ({ dir = "/", link = "@", file = "", other = "?" })[e.type]
    assert(e.name == fs.basename(path) and e.depth == select(2, fs.rel(path, dir):gsub("/", "")) + 1, path)
  end
  print(what, table.concat(all, " "))
end
try("all")
try("match", { match = "*.lua" })
try("match a path", { match = "a/**/*.lua" })
try("match two", { match = { "*.txt", "b/*" } })
try("exclude", { exclude = { "node_modules", ".*" } })
try("exclude a path", { exclude = "a/deep" })
try("type", { type = "dir" })
try("links", { type = "link" })
try("depth", { depth = 1 })
try("not hidden", { hidden = false })
try("follow", { follow = true, exclude = { "node_modules", ".hidden" } })
for path, e in fs.walk(dir, { match = "top.lua", stat = true }) do print(e.size, e.mode ~= nil, e.mtime > 1e9) end
for path in fs.walk(dir) do break end -- left early
-- A file that vanishes meanwhile is left out.
local n = 0
for path, e in fs.walk(dir) do
  n = n + 1
  if n == 1 then fs.remove(dir, { recursive = true }) end
end
print(n > 0)
