-- A server that stops closes its websockets as soon as their handlers wait for a message and none has come.
local s = http.serve(0, function(req)
  local ws = req:websocket()
  for m in ws:messages() do
    sleep(1)
    ws:send(m:upper())
  end
  print(now(), "the handler's loop has ended")
  print(select(2, pcall(ws.send, ws, "more")).kind)
end)
local ws = http.websocket((s.url:gsub("^http", "ws")))
ws:send("one")
ws:send("two")
local stop = spawn(function() s:stop() print(now(), "stopped") end)
for m in ws:messages() do print(now(), m) end
print(now(), "closed in good order")
stop:join()
