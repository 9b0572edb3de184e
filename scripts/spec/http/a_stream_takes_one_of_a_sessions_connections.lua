-- Among the connections that a session's limit bounds a stream counts until it was read or closed, or its task has ended.
local s = http.serve(0, function()
  local n = 0
  return 200, function() n = n + 1 if n < 4 then sleep(1) return "p" end end
end)
local x = http.session { limit = 1, base_url = s.url }
local function open() return x:get("/", { stream = true }) end
local function takes(what, fn)
  local t = now()
  fn()
  print(what, now() - t)
end
takes("read", function() open():read("*a") x:get("/") end)
takes("closed", function()
  local r = open()
  r:read(1)
  r:close()
  x:get("/")
end)
takes("its task has ended", function() spawn(function() open() end):join() x:get("/") end)
takes("open", function()
  local r = open()
  print(task.move_on_after(function() return x:get("/") end, 5))
  r:close()
end)
takes("who waited has given up", function() x:get("/") end)
s:stop(0)
