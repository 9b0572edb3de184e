-- copy and move work on files and trees, to exactly that name or into a folder.
local dir = fs.temp()
local function at(...) return fs.join(dir, ...) end
local function tree(path)
  local all = {}
  for p, e in fs.walk(path) do all[#all + 1] = fs.rel(p, path) .. (e.type == "file" and "=" .. read(p) or e.type == "link" and "@" .. fs.readlink(p) or "/") end
  return table.concat(all, " ")
end
fs.mkdir(at("src/sub/empty"))
write(at("src/a"), "one")
write(at("src/sub/b"), "two!", { mode = "640" })
fs.touch(at("src/sub/b"), { mtime = 1e9 })
fs.link("sub/b", at("src/l"))
fs.link("nowhere", at("src/broken"))
print(fs.copy(at("src"), at("dst")), tree(at("dst")))
print(fs.stat(at("dst/sub/b")).mode, fs.stat(at("dst/sub/b")).mtime)
write(at("dst/a"), "changed")
write(at("dst/more"), "stays")
print(fs.copy(at("src"), at("dst"), { exclude = { "sub", "l" } }), tree(at("dst")))
local ok, err = pcall(fs.copy, at("src"), at("dst"), { overwrite = false })
print(ok, err.kind, err.code, fs.rel(err.path, dir))
print(fs.copy(at("src/a"), at("dst/")), fs.copy(at("src/sub"), at("dst/sub/")), tree(at("dst/sub")))
for _, args in ipairs { { "none", "x" }, { "src/a", "none/" }, { "src/a", "none/x" }, { "src/a", "src/sub" }, { "src", "src/a" }, { "src", "src/sub/in" }, { "src/a", "src/a" }, { "src", "src" } } do
  local ok, err = pcall(fs.copy, at(args[1]), dir .. "/" .. args[2])
  print(args[1], args[2], ok, not ok and (err.code or err.message:match("[^:]*$")))
end
print(fs.copy(at("src/a"), at("new/deep/a"), { parents = true }))
local steps = {}
write(at("big"), ("x"):rep(3 * 2 ^ 20 + 5))
print(fs.copy(at("big"), at("big2"), { progress = function(done, total) sleep(1) steps[#steps + 1] = done assert(total == 3 * 2 ^ 20 + 5) end }), steps[#steps], read(at("big")) == read(at("big2")))
local ok, err = pcall(fs.copy, at("big"), at("big3"), { progress = function() error("enough", 0) end })
print(ok, err, fs.exists(at("big3")))
-- move
fs.move(at("dst"), at("moved"))
print(fs.exists(at("dst")), fs.exists(at("moved/sub/b")))
fs.move(at("big"), at("moved/"))
print(fs.exists(at("moved/big")))
local ok, err = pcall(fs.move, at("big2"), at("moved/big"), { overwrite = false })
print(ok, err.code)
fs.move(at("big2"), at("moved/big"))
fs.move(at("moved/a"), at("x/y/a"), { parents = true })
print(read(at("x/y/a")), pcall(fs.move, at("none"), at("y")) == false)
print(#fs.list(dir), fs.list(dir, { match = ".*" })[1])
