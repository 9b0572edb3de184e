-- require "lfs" gives LuaFileSystem's functions, with its results: nil, a message and a number where something fails.
local lfs = require "lfs"
local dir = fs.temp()
local function try(name, ...)
  local all = { lfs[name](...) }
  for i = 1, 3 do all[i] = tostring(all[i]):gsub("%S*lull%-%w*", "DIR") end
  print(name, table.concat(all, "\t"))
end
print(rawget(_G, "lfs"), lfs._VERSION:match("^LuaFileSystem"), lfs.currentdir() == fs.cwd())
try("mkdir", dir .. "/d")
try("mkdir", dir .. "/d")
try("mkdir", dir .. "/no/d")
write(dir .. "/f", "12345", { mode = "640" })
local a = lfs.attributes(dir .. "/f")
print(a.mode, a.size, a.permissions, a.nlink, a.modification > 1e9, lfs.attributes(dir, "mode"), lfs.attributes(dir .. "/f", "size"))
print(lfs.attributes(dir .. "/f", {}).mode)
try("attributes", dir .. "/none")
try("attributes", dir .. "/none", "mode")
print(pcall(lfs.attributes, dir, "nothing") == false)
try("link", "f", dir .. "/l", true)
print(lfs.symlinkattributes(dir .. "/l", "mode"), lfs.symlinkattributes(dir .. "/l").target, lfs.attributes(dir .. "/l", "mode"))
try("link", dir .. "/f", dir .. "/hard")
print(lfs.attributes(dir .. "/f", "nlink"))
try("touch", dir .. "/f", 1000, 2000)
print(lfs.attributes(dir .. "/f", "modification"))
try("touch", dir .. "/none")
local names = {}
for name in lfs.dir(dir) do names[#names + 1] = name end
print(table.concat(names, " "))
local iter, obj = lfs.dir(dir)
print(obj:next(), iter(obj))
obj:close()
print(pcall(iter, obj) == false, pcall(lfs.dir, dir .. "/none") == false)
try("rmdir", dir .. "/f")
try("rmdir", dir .. "/d")
try("rmdir", dir .. "/d")
print(select("#", lfs.chdir("/")), (lfs.chdir("/")), lfs.currentdir() == fs.cwd(), lfs.setmode(io.stdout, "binary"))
