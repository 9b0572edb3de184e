-- open reads what is packed, and what is not, line by line or in pieces.
local dir = fs.temp()
write(dir .. "/a", archive.gzip("one\ntwo\n") .. archive.gzip("three"))
write(dir .. "/b", "plain\n")
write(dir .. "/c", archive.gzip("cut short"):sub(1, -6))
write(dir .. "/empty", "")
for line in archive.open(dir .. "/a"):lines() do print(line) end
print(archive.open(dir .. "/b"):read("*a") == "plain\n", archive.open(dir .. "/empty"):read("*l"))
local f = archive.open(dir .. "/a")
print(f:read(5) == "one\nt", f:close(), pcall(f.read, f) == false)
local ok, err = pcall(function() return archive.open(dir .. "/c"):read("*a") end)
print(ok, err.kind, fs.basename(err.path), err.message:match("[^:]*$"))
for _, name in ipairs { "none", "." } do
  local ok, err = pcall(archive.open, dir .. "/" .. name)
  print(ok, err.kind, err.code)
end
