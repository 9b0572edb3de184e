-- create, list and extract hold trees of files, in every format.
local dir = fs.temp()
local function at(...) return fs.join(dir, ...) end
local function tree(path)
  local all = {}
  for p, e in fs.walk(path) do all[#all + 1] = fs.rel(p, path) .. (e.type == "file" and "=" .. read(p) or e.type == "link" and "@" .. fs.readlink(p) or "/") end
  return table.concat(all, " ")
end
fs.mkdir(at("src/sub"))
write(at("src/sub/run"), "two")
fs.chmod(at("src/sub/run"), "750")
fs.touch(at("src/sub/run"), { mtime = 1e9 })
write(at("src/a"), "one")
write(at("src/a.tmp"), "left out")
fs.link("sub/run", at("src/l"))
for _, ending in ipairs { "tar", "tar.gz", "TGZ", "tar.zst", "tzst", "zip" } do
  local name, out = at("x." .. ending), at("out-" .. ending)
  print(ending, archive.create(name, { "src" }, { base = dir, exclude = "*.tmp", level = ending ~= "tar" and 9 or nil }), archive.extract(name, out), tree(out))
  local st = fs.stat(fs.join(out, "src/sub/run"))
  print(st.mode, st.mtime)
  local all = {}
  for _, m in ipairs(archive.list(name)) do all[#all + 1] = ("%s:%s:%d:%s"):format(m.name, m.type, m.size, m.link or "") end
  print(table.concat(all, " "))
end
local name = at("names.zip")
print(archive.create(name, { ["docs/b"] = at("src/a"), ["docs/sub"] = at("src/sub") }), archive.extract(name, at("names"), { strip = 1 }), tree(at("names")))
print(archive.extract(at("x.tar"), at("some"), { strip = 1, exclude = { "sub", "src/l" } }), tree(at("some")))
print(archive.create(at("src/self.tar"), { "." }, { base = at("src") }), archive.create(at("src/self.tar"), { "." }, { base = at("src") }))
-- it is replaced as a whole, or not at all
local ok, err = pcall(archive.create, at("x.tar"), { "src/a", "none" }, { base = dir })
print(ok, err.kind, err.code, fs.rel(err.path, dir), #archive.list(at("x.tar")), #fs.list(dir, { match = ".*" }))
