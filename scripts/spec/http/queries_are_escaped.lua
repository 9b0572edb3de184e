-- Bytes that may not stand in the line of a request are escaped in a query as they are in a path, whoever has written them.
local s = http.serve(0, {
  ["GET /a b"] = function(req) return req.url .. " " .. show(req.query) end,
  ["/to"] = function() return 302, "", { Location = "/a b?x=1 2&y=\"<ü>\"#f" } end,
})
print(http.get(s.url .. "/a b?q=a b&ü=\"%20\"", { query = { z = "1 2" } }).body)
print(http.get(s.url .. "/to").body)
s:stop()
