-- unix
-- Crawls a tree of files and prints a checksum (Adler-32) of each, then the total size.
--
--   lull checksums.lua DIR [workers]
--
-- Folders are listed and files are read by tasks of their own, at most `workers` (8) at once. Without DIR it makes a small
-- tree to crawl. The output is sorted, however the reads were interleaved: checksum, size, path.

local root, workers = arg and arg[1], tonumber(arg and arg[2]) or 8
local slots = sync.semaphore(workers)
local files, total = {}, 0

local function quote(path) return "'" .. path:gsub("'", "'\\''") .. "'" end

local function adler(data)
  local a, b = 1, 0
  for i = 1, #data do
    a = (a + data:byte(i)) % 65521
    b = (b + a) % 65521
  end
  return string.format("%08x", b * 65536 + a)
end

local function sum(path)
  local data = slots:with(read, path)
  total = total + #data
  table.insert(files, { path = path, line = adler(data) .. "  " .. #data .. "  " .. path:sub(#root + 2) })
end

-- A folder holds no slot while its children are crawled, so a deep tree cannot run out of them.
local function crawl(g, dir)
  local listing = slots:with(function()
    local p = io.popen("ls -1Ap " .. quote(dir))
    return finally(function() return p:read("*a") end, function() p:close() end)
  end)
  for name in listing:gmatch("[^\n]+") do
    local path = dir .. "/" .. name
    if name:sub(-1) == "/" then
      g:spawn(crawl, g, path:sub(1, -2))
    else
      g:spawn(sum, path)
    end
  end
end

local function main()
  group(function(g) crawl(g, root) end) -- returns when the whole tree has been crawled; the first error cancels the rest
  table.sort(files, function(a, b) return a.path < b.path end)
  for _, f in ipairs(files) do print(f.line) end
  print(#files .. " files, " .. total .. " bytes")
end

if root then
  main()
else
  root = os.tmpname()
  os.remove(root)
  finally(function()
    os.execute("mkdir -p " .. quote(root .. "/src/deep") .. " " .. quote(root .. "/empty"))
    write(root .. "/README", "Wikipedia")
    for i = 1, 3 do write(root .. "/src/part" .. i, ("x"):rep(i * 1000)) end
    write(root .. "/src/deep/it's here", "")
    main()
  end, function() os.execute("rm -r " .. quote(root)) end)
end
