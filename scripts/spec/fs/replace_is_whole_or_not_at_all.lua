-- replace puts a new file in the old one's place when its function has returned; an error or a cancellation leaves the old one.
local dir = fs.temp()
local path = dir .. "/f"
write(path, "old", { mode = "640" })
print(fs.replace(path, function(f) f:write("new ", 1) return "a", nil, "c" end))
print(read(path), fs.stat(path).mode)
print(pcall(fs.replace, path, function(f) f:write("x") error({}) end) == false, read(path))
print(task.move_on_after(fs.replace, 5, path, function(f) f:write("x") f:flush() sleep(10) end), read(path), now())
local t = spawn(fs.replace, path, function(f) f:write("x") sleep(10) end)
sleep(1)
t:cancel()
t:join()
print(read(path), #fs.list(dir), fs.list(dir, { match = ".*" })[1])
print(fs.replace(path, function(f) f:write("closed by itself") f:close() end), read(path))
fs.link("f", dir .. "/l")
fs.replace(dir .. "/l", function(f) f:write("through a link") end, { mode = "600" })
print(read(path), fs.stat(path).mode, fs.readlink(dir .. "/l"))
fs.replace(dir .. "/a/b", function(f) f:write("made") end, { parents = true })
print(read(dir .. "/a/b"))
for _, args in ipairs { { dir, print }, { dir .. "/none/f", print }, { path }, { path, "x" }, { path, print, { mode = "9" } } } do
  local ok, err = pcall(fs.replace, unpack(args))
  print(ok, err.code or err.message)
end
local held
fs.replace(path, function(f) held = f end)
print(pcall(held.write, held, "late") == false, read(path) == "")
