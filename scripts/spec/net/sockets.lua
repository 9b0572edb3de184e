-- Sockets of the system: lines, half close, and what each end is told of the other.
-- real time
local s = net.serve(0, function(c)
  assert(c.address:match(":(%d+)$") == tostring(c.address:match(":(%d+)$")) and c.remote:match("^127.0.0.1:%d+$"))
  for line in c:lines() do c:write(line:upper(), "\n") end
  c:write("you write no more")
end)
print(s.port > 0, s.address == "localhost:" .. s.port, tostring(s) == "net.server " .. s.address)
net.wait(s.address)
local c = net.connect(s.address)
print(c.remote == "127.0.0.1:" .. s.port, tostring(c) == "net.connection " .. c.remote, io.type(c))
c:write("one\n", 2, "\n")
print(c:read(), c:read(1), c:read())
c:shutdown()
c:shutdown()
local ok, err = pcall(c.write, c, "three")
print(ok, err.kind, err.code)
print(c:read("*a"), c:read(), c:read("*a") == "")
c:close()
print(pcall(c.read, c))

-- many at once; a cancelled reader takes nothing, and connecting is abandoned at once
local all = task.map({ 1, 2, 3, 4, 5, 6, 7, 8, 9, 10 }, function(i)
  local c = net.connect(s.address)
  local _, first = task.move_on_after(function() return c:read(1) end, 0.01)
  c:write(("x"):rep(i * 10000), "\n")
  c:shutdown()
  return #c:read("*a"), first
end)
print(table.concat(all, " "))
print(task.move_on_after(function() net.wait(s.address) sleep(60) end, 0.01))

-- no byte for so long
local c = net.connect(s.address, { idle_timeout = 0.05 })
local ok, err = pcall(c.read, c)
print(ok, err.kind)
c:write("still there\n")
local function read() -- the answer may take longer
  local ok, line
  repeat ok, line = pcall(c.read, c) until ok
  return line
end
print(read())
s:stop(0)
print(read())
