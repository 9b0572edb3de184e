-- Time-outs of a request to a server of the same script are exact, and the server's task is cancelled with it.

local s = http.serve(0, {
  ["/slow"] = function() finally(function() sleep(1e6) end, function(ok, e) print("server", now(), e.kind) end) end,
  ["/drip"] = function() local n = 0 return 200, function() n = n + 1 sleep(n) if n < 4 then return "drop " end end end,
})
local ok, e = pcall(http.get, s.url .. "/slow", { timeout = 30 })
print(ok, e.kind, e.method, e.message:match("no answer.*"), now())
print(task.move_on_after(function() return http.get(s.url .. "/slow") end, 5), now())
ok, e = pcall(http.get, s.url .. "/slow", { retry = { attempts = 3, delay = 10, timeout = 1 } })
print(e.kind, e.attempts, now())
print(http.get(s.url .. "/drip").body, now())
ok, e = pcall(http.get, s.url .. "/drip", { timeout = 5 })
print(e.kind, now())
local r = http.get(s.url .. "/drip", { stream = true, timeout = 1, idle_timeout = 2.5 })
print(r:read(5), now())
print(r:read(5), now())
print(select(2, pcall(r.read, r, 5)).kind, now())
r:close()
local t = spawn(http.get, s.url .. "/slow")
sleep(1)
t:cancel()
t:join()
print(t:cancelled(), now())
s:stop()
