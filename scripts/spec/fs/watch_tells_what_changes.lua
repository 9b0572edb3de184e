-- A watcher tells what is created, changed, removed below its paths, also in folders made later; a rename over a file is a change.
local dir = fs.temp()
fs.mkdir(dir .. "/sub")
write(dir .. "/old", "x")
write(dir .. "/sub/old", "x")
for _, poll in ipairs { false, true } do
  local root = dir .. (poll and "/polled" or "/watched")
  fs.mkdir(root .. "/sub")
  write(root .. "/old", "x")
  write(root .. "/sub/old", "x")
  local w = fs.watch(root, { debounce = 0.05, poll = poll and 0.02 or nil, exclude = { "out", "*.tmp" } })
  -- All is told within some batches; the last thing done says when it was.
  local n = 0
  local function told(what)
    n = n + 1
    local last = ("%s/end%d"):format(root, n)
    write(last, "x")
    local seen = {}
    repeat
      local batch = w:get()
      for _, c in ipairs(batch) do seen[fs.rel(c.path, root)] = c.kind end
    until seen[fs.basename(last)]
    local all = {}
    for path, kind in pairs(seen) do if not path:match("^end") then all[#all + 1] = path .. " " .. kind end end
    table.sort(all)
    print(poll and "poll" or "watch", what, table.concat(all, ", "))
  end
  write(root .. "/new", "x")
  told("created")
  write(root .. "/new", "more")
  write(root .. "/sub/old", "more")
  told("changed")
  fs.remove(root .. "/old")
  told("removed")
  fs.move(root .. "/new", root .. "/moved")
  told("renamed")
  write(root .. "/moved", "saved", { atomic = true })
  told("replaced")
  fs.mkdir(root .. "/a/b/c")
  told("made later")
  write(root .. "/a/b/c/f", "x")
  told("below what was made later")
  fs.remove(root .. "/a", { recursive = true })
  told("a tree removed")
  fs.mkdir(root .. "/out")
  write(root .. "/out/f", "x")
  write(root .. "/x.tmp", "x")
  told("left out")
  w:close()
  w:close()
  print(w:get(), tostring(w):match("^[%w.]+"))
end
-- One file; a list of paths; not recursive; only what matches.
local file = fs.watch(dir .. "/old", { debounce = 0.01 })
write(dir .. "/beside", "x")
write(dir .. "/old", "saved", { atomic = true })
local batch = file:get()
print(#batch, fs.rel(batch[1].path, dir), batch[1].kind)
local some = fs.watch({ dir .. "/sub", dir .. "/watched" }, { debounce = 0.01, recursive = false, match = "*.txt" })
fs.mkdir(dir .. "/sub/deep")
write(dir .. "/sub/deep/x.txt", "x")
write(dir .. "/sub/y.lua", "x")
write(dir .. "/sub/y.txt", "x")
batch = some:get()
print(#batch, fs.rel(batch[1].path, dir), batch[1].kind)
fs.remove(dir .. "/sub/y.txt")
for items in some:items() do print(items[1].kind) break end
-- Waiting is passive, and ends with the watcher; a watcher goes with its task.
print(task.move_on_after(some.get, 3600, some))
local t = spawn(function() return some:get() end)
sleep(1)
some:close()
print(t:await())
local left
await(spawn(function() left = fs.watch(dir) end))
print(left:get())
for _, args in ipairs { {}, { {} }, { "" }, { dir .. "/none" }, { dir, { debounce = -1 } }, { dir, { poll = 0 } }, { dir, { match = "[" } }, { dir, { debouce = 1 } } } do
  local ok, err = pcall(fs.watch, unpack(args))
  print(ok, err.code or err.message)
end
