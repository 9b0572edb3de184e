-- A body is there while it is sent, and an answer while the server makes it: neither is kept.
local s = http.serve(0, {
  ["POST /upper"] = function(req)
    return 200, function()
      local line = req:read("*l")
      print(now(), "server has", line)
      return line and line:upper() .. "\n"
    end
  end,
  ["GET /endless"] = function()
    local sent = 0
    return 200, function()
      sent = sent + 1
      most = sent
      return ("x"):rep(10000)
    end
  end,
})
local n = 0
local r = http.post(s.url .. "/upper", {
  stream = true,
  body = function()
    n = n + 1
    sleep(1)
    if n < 4 then return "line " .. n .. "\n" end
  end,
})
for line in r:lines() do print(now(), "client has", line) end
r = http.get(s.url .. "/endless", { stream = true })
sleep(1000)
print(most < 20) -- the server waits for its client
print(#r:read(100000))
r:close()
s:stop()
