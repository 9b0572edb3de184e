-- A function's pieces, a handle's or a file's are sent as they come; a response is read as it comes, as a stream or into a file.

local s = http.serve(0, {
  ["POST /count"] = function(req) local n = 0 for line in req:lines() do n = n + 1 print("server", now(), line) end return tostring(n) end,
  ["POST /echo"] = function(req) return 200, req:body(), { ["Content-Type"] = req.headers["content-type"] } end,
  ["GET /tick"] = function() local n = 0 return 200, function() n = n + 1 if n <= 3 then sleep(10) return "tick " .. n .. "\n" end end end,
  ["GET /events"] = function(req) req:events(function(send) for i = 1, 2 do send { event = "step", data = { i = i }, id = i } sleep(5) end end) end,
})
local n = 0
print(http.post(s.url .. "/count", { body = function() n = n + 1 if n <= 3 then sleep(1) return "line " .. n .. "\n" end end }).body)
local dir = fs.temp()
write(dir .. "/f", "0123456789")
print(http.post(s.url .. "/echo", { file = dir .. "/f" }).body, http.post(s.url .. "/echo", { file = { path = dir .. "/f", offset = 2, size = 3 } }).body)
print(http.post(s.url .. "/echo", { body = io.open(dir .. "/f") }).body)
print(pcall(http.post, s.url .. "/echo", { body = function() error("no more", 0) end }))
local r = http.get(s.url .. "/tick", { stream = true })
print(r.status, r.body, (tostring(r):gsub(":%d+", "")))
for line in r:lines() do print(now(), line) end
r:close()
for e in http.get(s.url .. "/events", { stream = true }):events() do print(now(), show(e)) end
local saved = http.get(s.url .. "/tick", { to = dir .. "/t", checksum = "sha256:" .. hash.sha256("tick 1\ntick 2\ntick 3\n"), progress = function(done) io.write(done, " ") end })
print(saved.size, saved.path == dir .. "/t", #read(saved.path), now(), fs.exists(dir .. "/t.part"))
print(select(2, pcall(http.get, s.url .. "/tick", { to = dir .. "/t", checksum = "md5:" .. ("0"):rep(32) })).code, show(fs.list(dir)))
print(select(2, pcall(http.get, s.url .. "/tick", { max_body = 10 })).kind)
s:stop()
