-- progress says how far a body is: what is sent, where there is something, else what comes; to a function, a bar, or by a bar of its own.
local s = http.serve(0, {
  ["POST /"] = function(req) local n = #req:body() return 200, ("x"):rep(n) end,
  ["GET /"] = function()
    local n = 0
    return 200, function() n = n + 1 if n <= 3 then sleep(6) return ("x"):rep(50000) end end, { ["Content-Length"] = 150000 }
  end,
  ["PUT /busy"] = function(req) req:body() busy = not busy return busy and 503 or 200 end,
})
local function told(of)
  return function(done, total) io.write(of, " ", done, "/", tostring(total), "; ") end
end
http.get(s.url, { progress = told "get" }) print()
http.post(s.url, { body = ("x"):rep(100000), progress = told "text" }) print()
http.post(s.url, { json = { 1, 2 }, progress = told "json" }) print()
local n = 0
http.post(s.url, { body = function() n = n + 1 if n < 3 then return ("x"):rep(n * 100) end end, progress = told "function" }) print()
local dir = fs.temp()
write(dir .. "/file.bin", ("x"):rep(150000))
http.post(s.url, { file = dir .. "/file.bin", progress = told "file" }) print()
http.post(s.url, { body = io.open(dir .. "/file.bin"), progress = told "handle" }) print()
http.put(s.url .. "/busy", { body = "12345", retry = 2, progress = told "again" }) print()
http.post(s.url, { body = "123456", to = dir .. "/answer", progress = told "to" }) print()
local b = progress.bar { unit = "bytes", label = "all" }
http.post(s.url, { file = dir .. "/file.bin", progress = b })
http.get(s.url, { progress = b })
print((tostring(b):gsub("%d+:%d+.*", "")))
b:close()
http.get(s.url, { to = dir .. "/copy.bin", progress = true })
print(pcall(http.post, s.url, { body = ("x"):rep(10), progress = function() error("enough", 0) end }))
print(pcall(http.get, s.url, { progress = function(done) if done > 0 then error("enough", 0) end end }))
print(select(2, pcall(http.get, s.url, { progress = 1 })))
print(select(2, pcall(http.get, s.url, { progress = true, stream = true })))
http.get(s.url, { progress = false })
s:stop()
