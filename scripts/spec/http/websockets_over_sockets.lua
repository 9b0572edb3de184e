-- A websocket over sockets of the system, plain, compressed and with TLS.
-- real time
local cert = [[
-----BEGIN CERTIFICATE-----
MIIBmTCCAT6gAwIBAgIUG6uHsZmZipc7bht4uSxCz+zfyGIwCgYIKoZIzj0EAwIw
DzENMAsGA1UEAwwEbHVsbDAgFw0yNjExMjkwODAwMDdaGA8yMTI2MTEwNTA4MDAw
N1owDzENMAsGA1UEAwwEbHVsbDBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABP4T
DUpl5A7MRBZjNzdPWjhLKuHYbZqjLPfJ5Z6aVElZi5lamO5dJBNI2zkw1GA7imyf
/3xSDBhYeogK4BKZyWGjdjB0MB0GA1UdDgQWBBTFg6o/Y+9+NnCqk8W+i/L68Jv2
cjAfBgNVHSMEGDAWgBTFg6o/Y+9+NnCqk8W+i/L68Jv2cjAPBgNVHRMBAf8EBTAD
AQH/MCEGA1UdEQQaMBiCCWxvY2FsaG9zdIILZXhhbXBsZS5vcmcwCgYIKoZIzj0E
AwIDSQAwRgIhALE7LcRS1nHYE46GVG9oGKMZViLE2LoUOyRWdZ3E0dcQAiEA7sm+
lA/ff/XilJO3SJJ6+Q5c+N21AEhf7klYQRfGxNw=
-----END CERTIFICATE-----
]]
local key = [[
-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg6NYe6nUMiFPBxI2k
g/ZzT+Ve/cxQXQ9lsxl6aFK2Ia6hRANCAAT+Ew1KZeQOzEQWYzc3T1o4Syrh2G2a
oyz3yeWemlRJWYuZWpjuXSQTSNs5MNRgO4psn/98UgwYWHqICuASmclh
-----END PRIVATE KEY-----
]]
for _, tls in ipairs { false, { cert = cert, key = key } } do
  local s = http.serve(0, function(req)
    local ws = req:websocket { compress = true, max_message = 200000 }
    pcall(function() -- a client may close it as it likes
      for m, kind in ws:messages() do
        if m == "bye" then ws:close(3001, "as you like") return end
        ws:send(m, kind)
      end
    end)
  end, tls and { tls = tls } or {})
  local url = s.url:gsub("^http", "ws")
  for _, compress in ipairs { false, true } do
    local ws = http.websocket(url, { compress = compress, tls = { ca = cert } })
    print(ws.protocol == "", task.move_on_after(ws.get, 0.01, ws))
    for _, m in ipairs { "", "a", ("ä"):rep(50000) } do
      ws:send(m)
      assert(ws:get() == m)
    end
    ws:send("\0\255", "binary")
    print(#ws:get())
    local all = task.map({ 1, 2, 3, 4, 5 }, function(i) ws:send("m" .. i) return ws:get() end)
    table.sort(all)
    print(table.concat(all, " "))
    ws:send("bye")
    local ok, err = pcall(ws.get, ws)
    print(ok, err.kind, err.status, err.reason)
    ws:close()
  end
  local ws = http.websocket(url, { max_message = 10, tls = { ca = cert } })
  ws:send(("x"):rep(100))
  print(select(2, pcall(ws.get, ws)).kind)
  local ws = http.websocket(url, { tls = { ca = cert } })
  ws:close()
  print(ws:get())
  print(select(2, pcall(http.websocket, url, { tls = { ca = cert }, headers = { Origin = "http://evil.example" } })).status)
  s:stop(0)
  print(select(2, pcall(http.websocket, url)).code)
end
-- what ends without the closing handshake
local s = net.serve(0, function(c)
  local key = ""
  for line in c:lines() do
    if line == "\r" then break end
    key = line:match("^[Ss]ec%-[Ww]eb[Ss]ocket%-[Kk]ey: (.-)\r") or key
  end
  local accept = base64.encode(hex.decode(hash.sha1(key .. "258EAFA5-E914-47DA-95CA-C5AB0DC85B11")))
  c:write("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ", accept, "\r\n\r\n")
  c:write("\1\3one", "\137\1p", "\0\3two", "\128\0") -- fragments, with a ping between
  c:write("\129\5hal")
end)
local ws = http.websocket("ws://" .. s.address)
print(ws:get())
local ok, err = pcall(ws.get, ws)
print(ok, err.kind, err.code)
s:stop(0)
