-- Removes old files, keeps the newest of each kind, and says first what it would do.
--
--   lull cleanup.lua FOLDER [--days N] [--keep N] [--remove]      without arguments it shows itself on a folder that it makes
--
-- A file below FOLDER goes if it is older than that many days (30), unless it is one of the newest (2) of its folder and ending. Folders that are
-- left empty go as well. Nothing is removed without --remove. A file that vanishes meanwhile is fine; one that cannot be removed is told,
-- and the others go on. It prints each file with its age, then the sum.

local day = 24 * 3600

local function skipped(_, err) print("not looked at: " .. tostring(err)) end

-- old lists what is to go, the oldest first.
local function old(folder, days, keep)
  local kinds, list = {}, {}
  for path, entry in fs.walk(folder, { type = "file", stat = true, on_error = skipped }) do
    local kind = fs.dirname(path) .. "/*" .. fs.ext(path)
    kinds[kind] = kinds[kind] or {}
    table.insert(kinds[kind], { path = path, mtime = entry.mtime, size = entry.size })
  end
  for _, files in pairs(kinds) do
    table.sort(files, function(a, b) return a.mtime > b.mtime end)
    for i = keep + 1, #files do
      if os.time() - files[i].mtime > days * day then table.insert(list, files[i]) end
    end
  end
  table.sort(list, function(a, b) return a.mtime < b.mtime end)
  return list
end

local function cleanup(folder, days, keep, remove)
  local bytes, gone = 0, 0
  for _, f in ipairs(old(folder, days, keep)) do
    local ok, err = true, nil
    if remove then ok, err = pcall(fs.remove, f.path) end
    if ok then
      bytes, gone = bytes + f.size, gone + 1
      print(("%4d days  %s"):format((os.time() - f.mtime) / day, fs.rel(f.path, folder)))
    else
      print("not removed: " .. tostring(err))
    end
  end
  if remove then
    local folders = {}
    for path in fs.walk(folder, { type = "dir", on_error = skipped }) do table.insert(folders, 1, path) end -- those inside come first
    for _, path in ipairs(folders) do
      local ok, err = pcall(fs.remove, path)
      if not ok and err.code ~= "ENOTEMPTY" then print("not removed: " .. tostring(err)) end
    end
  end
  print(("%s %d files, %d bytes"):format(remove and "removed" or "would remove", gone, bytes))
end

if ... then
  local opt = args.parse {
    "Removes old files, but for the newest of each kind.",
    { "folder", "where they are" },
    { "--days N", "how old they may become", default = 30 },
    { "--keep N", "how many of each folder and ending stay", default = 2 },
    { "--remove", "remove them, and do not only say so" },
  }
  cleanup(opt.folder, opt.days, opt.keep, opt.remove)
  return
end

-- The show.
local home = fs.temp()
local function file(name, age)
  local path = fs.join(home, name)
  write(path, ("x"):rep(100), { parents = true })
  fs.touch(path, { mtime = os.time() - age * day })
end
for i, age in ipairs { 1, 40, 50, 60, 400 } do file("db/dump" .. i .. ".sql", age) end
for i, age in ipairs { 31, 32 } do file("db/note" .. i .. ".txt", age) end
file("cache/old/a.bin", 90)
file("cache/old/b.bin", 91)
file("cache/new.bin", 0)
cleanup(home, 30, 2, false)
cleanup(home, 30, 0, true)
for path in fs.walk(home) do print(fs.rel(path, home)) end
