-- s:stop takes no more connections, gives those that are open their time, then cancels them; errors in one are told and end it alone.
local s s = net.serve(0, function(c)
  local what = c:read()
  if what == "fail" then error("it broke") end
  if what == "stop" then s:stop(3) c:write("stopping\n") end
  finally(function() sleep(what == "long" and 100 or 2) c:write("done\n") end, function(ok, err)
    print(now(), what, ok, err and err.kind)
  end)
end, { grace = 5 })
local function ask(what)
  local c = net.connect(s.address)
  c:write(what, "\n")
  return function() return c:read() end
end
local failed, short, long = ask("fail"), ask("short"), ask("long")
print(failed())
sleep(1)
s:stop()
print(now(), short(), long())
s:join()
print(select(2, pcall(net.connect, s.address)).code)

-- one of its own connections may stop it
s = net.serve(0, function(c)
  c:write(c:read(), "\n")
  s:stop(3)
  c:write("stopping\n")
  sleep(60)
end)
local c = net.connect(s.address)
c:write("x\n")
print(c:read(), c:read(), now())
s:join()
print(now(), c:read())

-- no more than so many at once; the others wait
local most, open = 0, 0
s = net.serve(0, function(c)
  open = open + 1
  most = math.max(most, open)
  sleep(1)
  open = open - 1
  c:write(now() - 0, "\n")
end, { limit = 2 })
local began = now()
print(table.concat(task.map({ 1, 2, 3, 4, 5 }, function() return net.connect(s.address):read() - began end), " "), most)
s:stop()
