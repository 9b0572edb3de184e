-- What may not stand in the line of a request is escaped in a query as it is in a path, whoever has written it.
local s = http.serve(0, {
  ["GET /a b"] = function(req) return req.url .. " " .. show(req.query) end,
  ["/to"] = function() return 302, "", { Location = "/a b?x=1 2&y=\"<ü>\"#f" } end,
})
print(http.get(s.url .. "/a b?q=a b&ü=\"%20\"", { query = { z = "1 2" } }).body)
print(http.get(s.url .. "/to").body)
s:stop()
