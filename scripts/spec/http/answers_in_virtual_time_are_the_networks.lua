-- An answer that goes from task to task is what would come over the network: one that breaks off, is too short or too long, has too many headers.
local function pieces(...)
  local list, n = { ... }, 0
  return function() n = n + 1 if list[n] == false then error("no more", 0) end return list[n] end
end
local big = ("x"):rep(1000)
local headers = {}
for i = 1, 1200 do headers["x-" .. i] = big end
local s = http.serve(0, {
  ["GET /short"] = function() return 200, pieces("12345", "67890"), { ["Content-Length"] = 20 } end,
  ["GET /long"] = function() return 200, pieces("12345", "67890", "x"), { ["Content-Length"] = 8 } end,
  ["GET /breaks"] = function() return 200, pieces("12345", false) end,
  ["GET /headers"] = function() return 200, "x", headers end,
  ["GET /same"] = function() return 304 end,
  ["GET /more"] = function(req) req:events(function(send) send("x") end) return "more" end,
  ["POST /own"] = function(req) return tostring(req.headers["content-length"]) .. " " .. tostring(req.headers["user-agent"]) end,
  ["GET /ws"] = function(req) local ws = req:websocket() ws:send(("x"):rep(2 ^ 21)) ws:get() end,
})
local function try(path, o)
  local ok, r = pcall(http.get, s.url .. path, o)
  if ok then print(path, r.status, r.body, r.headers["content-type"]) else print(path, r.kind, r.code, (r.message:gsub("http://localhost:%d+", ""))) end
end
for _, path in ipairs { "/short", "/long", "/breaks", "/headers", "/same" } do try(path) end
print(#http.get(s.url .. "/more").body)
try("/same", { headers = { ["X-Large"] = ("x"):rep(70000) }, check = false })
local r = http.get(s.url .. "/breaks", { stream = true })
print(r:read(5))
local _, err = pcall(r.read, r, 1)
print(err.code, (err.message:gsub("http://localhost:%d+", "")))
for _, body in ipairs { "", "abc" } do print(http.post(s.url .. "/own", { body = body, headers = { ["User-Agent"] = false } }).body) end
local ws = http.websocket((s.url:gsub("^http", "ws")) .. "/ws")
print(select(2, pcall(ws.get, ws)).kind)
s:stop(0)
