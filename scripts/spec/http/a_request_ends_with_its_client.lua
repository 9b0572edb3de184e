-- A request's task is cancelled when the client has gone, and when its time is over, at exactly that moment; a stream is not bounded.
local function told(fn)
  return function(req)
    return finally(function() return fn(req) end, function(ok, err) print(now(), req.path, ok or err.kind) end)
  end
end
local s = http.serve(0, {
  ["GET /slow"] = told(function() sleep(100) end),
  ["GET /stream"] = told(function(req)
    req:events(function(send)
      for i = 1, 200 do
        send { data = i }
        sleep(1)
      end
    end)
  end),
}, { timeout = 30 })
print(http.get(s.url .. "/slow", { check = false }).status, now())
print(select(2, pcall(http.get, s.url .. "/slow", { timeout = 5 })).kind, now())
print(task.move_on_after(http.get, 5, s.url .. "/slow"), now())
local t = spawn(http.get, s.url .. "/slow")
sleep(1)
t:cancel()
sleep(0)
local r = http.get(s.url .. "/stream", { stream = true })
local n = 0
for event in r:events() do
  n = n + 1
  if n == 100 then break end
end
r:close()
sleep(1)
print(n, now())
s:stop()
