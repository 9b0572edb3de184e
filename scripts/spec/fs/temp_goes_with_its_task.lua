-- The file that temp makes is gone when its task ends, however that ends, or when its function does.
local function made(opts, ending)
  local path
  local t = spawn(function()
    path = fs.temp(opts)
    if not (opts and opts.file) then write(path .. "/f", "x") end
    ending(path)
  end)
  pcall(t.await, t)
  return path
end
print(fs.exists(made(nil, function() end)), fs.exists(made({ file = true }, function(p) assert(fs.stat(p).mode == "600") end)), fs.exists(made(nil, error)))
local path
local t = spawn(function() path = fs.temp() sleep(10) end)
sleep(1)
print(fs.exists(path))
t:cancel()
t:join()
print(fs.exists(path))
local kept = made({ keep = true }, function() end)
print(fs.exists(kept))
print(fs.temp({ prefix = "job-" }, function(p) path = p return fs.basename(p):match("^job%-%w+$") ~= nil, 2 end))
print(fs.exists(path), pcall(fs.temp, {}, function(p) path = p error("x", 0) end))
print(fs.exists(path))
local inner = fs.temp { dir = kept }
print(fs.dirname(inner) == kept)
for _, opts in ipairs { { prefix = "a/b" }, { dir = "/no/such/dir" }, { dir = "a\0b" }, { fil = true } } do
  local ok, err = pcall(fs.temp, opts)
  print(ok, err.code or err.message)
end
print(select(2, pcall(fs.temp, {}, "x")).message)
-- A task that returns the path hands on what is there to the task that receives it, in a list, too.
local handed = await(spawn(function()
  local p = await(spawn(fs.temp))
  print(fs.exists(p))
  local file = fs.temp { file = true }
  return { p, file }
end))
print(fs.exists(handed[1]), fs.exists(handed[2]))
local gone
await(spawn(function() gone = await(spawn(fs.temp)) end))
print(fs.exists(gone))
