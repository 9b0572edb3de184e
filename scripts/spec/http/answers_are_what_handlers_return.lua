-- A handler answers with what it returns: text, a table as JSON, nothing, a status, or status, body and headers.
local answers = {
  text = function() return "hello" end,
  table = function() return { list = json.array(), n = 1 } end,
  nothing = function() end,
  status = function() return 404 end,
  all = function() return 201, "a,b\n", { ["Content-Type"] = "text/csv", ["X-Many"] = { "a", "b" } } end,
  stream = function()
    local n = 0
    return 200, function()
      sleep(1)
      n = n + 1
      if n < 4 then return n .. " " end
    end
  end,
  handle = function()
    local path = fs.temp { file = true }
    write(path, "from a file")
    return 200, io.open(path), { ["Content-Type"] = "text/x" }
  end,
}
local s = http.serve(0, { ["GET /{name}"] = function(req) return answers[req.params.name]() end }, {
  before = function(req)
    if req.query.key ~= "k" then return 401, "who is it?" end
  end,
})
for _, name in ipairs { "text", "table", "nothing", "status", "all", "stream", "handle" } do
  local r = http.get(s.url .. "/" .. name, { query = { key = "k" }, check = false })
  print(name, r.status, r.headers["content-type"], r.headers["x-many"], r.body:trim(), now())
end
print(http.get(s.url .. "/text", { check = false }).body)
print(http.head(s.url .. "/text?key=k").headers["content-length"])
s:stop()
