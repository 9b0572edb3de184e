-- A server that stops takes no more, waits for what is under way for as long as its grace is, and cancels the rest.
local s
s = http.serve(0, {
  ["GET /short"] = function() sleep(3) return "done" end,
  ["GET /long"] = function() finally(function() sleep(100) end, function() print(now(), "cleanup") end) end,
  ["GET /stop"] = function() s:stop() return "told" end,
}, { grace = 5 })
for _, path in ipairs { "short", "long" } do
  spawn(function()
    local r = http.get(s.url .. "/" .. path, { check = false })
    print(now(), path, r.status, r.body:trim())
  end)
end
sleep(1)
spawn(function()
  sleep(1)
  print(now(), "new", select(2, pcall(http.get, s.url)).code)
end)
s:stop()
print(now(), "stopped")
s:join()
s:stop()

s = http.serve(0, { ["GET /stop"] = function() s:stop() return "told" end })
print(http.get(s.url .. "/stop").body)
s:join()
print(now(), "stopped by a request")

s = http.serve(0, { ["GET /long"] = function() sleep(100) end })
spawn(function() print(now(), http.get(s.url .. "/long", { check = false }).status) end)
sleep(1)
s:stop(0)
print(now(), "stopped at once")
