-- A status of 400 or more is an error with what the server said; check says which are fine.

local s = http.serve(0, { ["/{code}"] = function(req) return tonumber(req.params.code), { why = "it is so" } end })
local ok, e = pcall(http.get, s.url .. "/404")
print(ok, e.kind, e.status, e.method, e.url == s.url .. "/404", e.headers["content-type"], e.body)
print(e.message:match("/(404.*)"))
print(http.get(s.url .. "/404", { check = false }).ok, http.get(s.url .. "/410", { check = { 200, 410 } }):json().why)
print(pcall(http.get, s.url .. "/200", { check = { 201 } }) == false)
print(select(2, pcall(http.get, "http://localhost:1/")).code, select(2, pcall(http.get, (s.url:gsub("http:", "https:")))).code)
s:stop()
