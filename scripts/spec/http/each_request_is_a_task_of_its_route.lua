-- Each request is a task named after its route; others get 404 or 405, and routes in conflict are an error at once.
local s = http.serve(0, {
  ["GET /jobs/{id}"] = function(req) return { id = req.params.id, task = task.current():name() } end,
  ["/files/{path...}"] = function(req) return req.method .. " " .. req.params.path end,
  ["GET /{$}"] = function() return "home" end,
})
local function show(method, path, opts)
  opts = opts or {}
  opts.check = false
  local r = http.request(method, s.url .. path, opts)
  print(method, path, r.status, r.headers["content-type"], (r.body:gsub("\n", "")))
end
show("GET", "/jobs/7")
show("GET", "/jobs/a%2Fb")
show("DELETE", "/files/a/b.txt")
show("GET", "/")
show("GET", "/none")
show("POST", "/jobs/7")
s:stop()
print(select(2, pcall(http.get, s.url)).code)
for _, routes in ipairs { {}, { ["GET /a/{x}"] = print, ["GET /a/{y}"] = print }, { ["nothing"] = print }, { ["GET /{a}/{a}"] = print }, { ["GET /"] = 7 } } do
  print(select(2, pcall(http.serve, 0, routes)).message)
end
