-- A websocket within a script: messages in order, the closing handshake, bounds, and exact times.
local s = http.serve(0, { ["/chat"] = function(req)
  local ws = req:websocket { protocols = { "chat", "talk" }, max_message = 1000 }
  for m, kind in ws:messages() do
    if m == "bye" then ws:close(3001, "as you like") return end
    if m == "late" then sleep(3600) end
    ws:send(m:upper(), kind)
  end
  print("closed in good order", now())
end })
local url = s.url:gsub("^http", "ws") .. "/chat"
local ws = http.websocket(url, { protocols = { "talk" } })
print(ws.protocol, tostring(ws) == "http.ws " .. url)
ws:send("hello")
print(ws:get())
ws:send("\0\255", "binary")
print(#ws:get(), now())
ws:send("late")
print(task.move_on_after(ws.get, 60, ws), now()) -- a cancelled get takes nothing
print(ws:get(), now())
for i = 1, 200 do ws:send("m" .. i) end
for i = 1, 200 do assert(ws:get() == "M" .. i) end
ws:send("bye")
local ok, err = pcall(ws.get, ws)
print(ok, err.kind, err.status, err.reason)
print(select(2, pcall(ws.send, ws, "x")).kind)

local ws = http.websocket(url)
ws:close()
ws:close()
print(ws:get(), select(2, pcall(ws.send, ws, "x")).kind)
sleep(1)
local ws = http.websocket(url, { max_message = 5 })
ws:send("123456")
print(select(2, pcall(ws.get, ws)).kind)
spawn(function() http.websocket(url):send("x") end):join() -- closed with its task
sleep(1)

print(select(2, pcall(http.websocket, url, { headers = { Origin = "http://evil.example" } })).status)
print(select(2, pcall(http.websocket, s.url .. "/nothing")).status)
print(select(2, pcall(http.get, s.url .. "/chat")).status)
print(select(2, pcall(http.websocket, "ftp://localhost/")))
print(select(2, pcall(http.websocket, url, { protocols = "a b" })))
print(select(2, pcall(http.websocket, url, { headers = { Upgrade = "x" } })))
print(select(2, pcall(http.websocket, url, { headers = { X = "a\r\nb" } })))
print(select(2, pcall(http.websocket, url, { max_message = 0 })))
local ws = http.websocket(url)
print(select(2, pcall(ws.send, ws, "\255")))
print(select(2, pcall(ws.send, ws, "x", "other")))
print(select(2, pcall(ws.close, ws, 1006)))
print(select(2, pcall(ws.close, ws, 1000, ("x"):rep(200))))
s:stop(1)
print(ws:get())
