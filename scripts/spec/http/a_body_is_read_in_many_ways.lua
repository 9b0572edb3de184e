-- A request's body is read into memory, as JSON, as a form, into a file, or as a stream that goes wherever a handle does.
local dir = fs.temp()
local s = http.serve(0, {
  ["POST /body"] = function(req) return req:body() .. "," .. req:body() end,
  ["POST /json"] = function(req) return { req:json().a } end,
  ["POST /form"] = function(req)
    local form = req:form()
    if not form.file then return form end
    return { form.a, form.file.name, form.file.size, form.file.type, read(form.file.path) }
  end,
  ["PUT /save"] = function(req) return { req:save(dir .. "/saved"), read(dir .. "/saved") } end,
  ["POST /read"] = function(req) return { req:read(2), req:read("*l"), req:read("*n"), req:read("*a"), tostring(req:read(1)) } end,
  ["POST /lines"] = function(req)
    local lines = {}
    for line in req:lines() do lines[#lines + 1] = line end
    return lines
  end,
  ["POST /csv"] = function(req)
    local sum = 0
    for row in csv.rows(req) do sum = sum + row.n end
    return { sum = sum }
  end,
  ["POST /both"] = function(req)
    req:read(1)
    return select(2, pcall(req.body, req)).message
  end,
  ["POST /parts"] = function(req) return { req.query, req:query_all("q"), req.cookies, req.headers["x-a"], req.method, req.path, req.url } end,
})
local function post(path, opts)
  print(path, (http.request(path == "/save" and "PUT" or "POST", s.url .. path, opts).body:gsub("\n", "|")))
end
post("/body", { body = "text" })
post("/json", { json = { a = 1 } })
post("/form", { form = { a = "1", b = "x y" } })
post("/form", { form = { a = "1" }, files = { file = { data = "12345", name = "n.txt", type = "text/plain" } } })
post("/save", { body = "kept" })
post("/read", { body = "abline\n12 rest" })
post("/lines", { body = "one\ntwo\nthree" })
post("/csv", { body = "n\n1\n2\n39\n" })
post("/both", { body = "text" })
post("/parts?q=1&q=2&z=%20", { headers = { Cookie = "k=1; k=2", ["X-A"] = "b" } })
s:stop()
