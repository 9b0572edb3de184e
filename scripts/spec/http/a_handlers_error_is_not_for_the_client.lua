-- A handler's error is 500 without a word of it, and told once with its traceback; a table with a status is an answer.
local s = http.serve(0, {
  ["GET /error"] = function() error("the password is x") end,
  ["GET /raised"] = function() error { status = 409, message = "taken", headers = { ["Retry-After"] = 7 } } end,
  ["GET /true"] = function() return true end,
  ["GET /headers"] = function() return "x", { ["X-A"] = "b" } end,
  ["GET /split"] = function() return 200, "x", { ["X-A"] = "b\r\nSet-Cookie: c=d" } end,
  ["GET /returned"] = function() return { status = 404, message = "meant to be raised" } end,
  ["POST /json"] = function(req) return req:json() end,
  ["POST /caught"] = function(req) return pcall(req.json, req) and 200 or 422 end,
}, { max_body = 10 })
for _, path in ipairs { "error", "raised", "true", "headers", "split", "returned" } do
  local r = http.get(s.url .. "/" .. path, { check = false })
  print(path, r.status, r.headers["retry-after"], r.body:trim())
end
for _, body in ipairs { "[1]", "[1,", "[1,2,3,4,5,6]" } do
  local r = http.post(s.url .. "/json", { body = body, check = false })
  print(r.status, r.body:trim())
end
print(http.post(s.url .. "/caught", { body = "[", check = false }).status)
s:stop()
