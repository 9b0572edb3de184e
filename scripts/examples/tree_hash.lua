-- Prints the SHA-256 of each file of a tree, sorted by name, as `find DIR -type f | sort | xargs -P$(nproc) sha256sum` does.
--
--   lull tree_hash.lua [DIR]
--
-- The files are shared out over all cores: each batch goes to an isolate, which gets a copy of the names and gives the digests back. The lines are in
-- order, however long each file took. Without DIR it makes a small tree.

local batch = 32

-- An isolate runs this: it has a loop of its own, so that the files of a batch are read together.
local function digests(paths)
  return task.map(paths, function(path) return hash.file("sha256", path) end, { limit = 8 })
end

local function main(root)
  local paths, batches = {}, {}
  for path, e in fs.walk(root) do
    if e.type == "file" then paths[#paths + 1] = path end
  end
  table.sort(paths)
  for i = 1, #paths, batch do
    batches[#batches + 1] = { unpack(paths, i, math.min(i + batch - 1, #paths)) }
  end
  local n = 0
  for _, sums in ipairs(parallel.map(batches, digests)) do
    for _, sum in ipairs(sums) do
      n = n + 1
      print(sum .. "  " .. paths[n]:sub(#root + 2))
    end
  end
end

if arg and arg[1] then
  main(arg[1])
else
  fs.temp({}, function(dir)
    for i = 1, 3 do write(dir .. "/part" .. i, ("x"):rep(i * 1000)) end
    write(dir .. "/deep/it's here", "", { parents = true })
    main(dir)
  end)
end
