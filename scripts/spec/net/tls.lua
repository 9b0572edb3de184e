-- TLS: a certificate counts if somebody who is known has signed it for that host; with client_ca clients show one, too.
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
local function hello(c) c:write("hello ", c:read(), "\n") end
local s = net.serve(0, hello, { tls = { cert = cert, key = key } })
local function try(tls)
  local ok, c = pcall(net.connect, s.address, { tls = tls })
  if not ok then
    print(c.kind, c.code, (tostring(c):gsub("^.-localhost:%d+: ", "")))
    return
  end
  local ok, err = pcall(function()
    c:write("you\n")
    print(c:read(), c:read())
  end)
  if not ok then print(err.kind, err.code, (tostring(err):gsub("^.-127.0.0.1:%d+: ", ""))) end
  c:close()
end
try { ca = cert }
try { ca = cert, server_name = "example.org", min = "1.3" }
try { insecure = true }
try(true)
try { ca = cert, server_name = "other.example" }
-- half close
local c = net.connect(s.address, { tls = { ca = cert } })
c:write("half")
c:shutdown()
print(c:read("*a"))
s:stop()

s = net.serve(0, hello, { tls = { cert = cert, key = key, client_ca = cert } })
try { ca = cert, cert = cert, key = key }
try { ca = cert }
s:stop()

-- who does not speak it
s = net.serve(0, function(c) c:write("plain text\n") end)
try { ca = cert }
s:stop()
