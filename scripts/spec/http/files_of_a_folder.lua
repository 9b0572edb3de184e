-- `http.files` answers with what is in a folder, ranges and validators heeded, and with nothing that is outside, by whatever name.
local dir = fs.temp()
write(dir .. "/secret", "secret")
for path, text in pairs { ["a.txt"] = "0123456789", [".env"] = "secret", ["sub/index.html"] = "<p>index" } do
  write(dir .. "/pub/" .. path, text, { parents = true })
end
fs.link("../secret", dir .. "/pub/out")
local s = http.serve(0, {
  ["/f/{path...}"] = http.files(dir .. "/pub"),
  ["/l/{path...}"] = http.files(dir .. "/pub", { list = true, index = "" }),
})
local function get(path, headers)
  local r = http.get(s.url .. path, { headers = headers, check = false, redirects = 0 })
  print(path, r.status, r.body:trim())
  return r
end
local tag = get("/f/a.txt").headers.etag
get("/f/a.txt", { Range = "bytes=2-4" })
get("/f/a.txt", { ["If-None-Match"] = tag })
get("/f/sub/")
print(get("/f/sub").headers.location)
for _, path in ipairs { "/f/none", "/f/.env", "/f/out", "/f/..%2fsecret", "/f/%2e%2e%2fsecret", "/f/a.txt%00", "/f/" } do get(path) end
get("/l/")
print(http.post(s.url .. "/f/a.txt", { check = false }).status)
s:stop()
print(select(2, pcall(http.files, dir .. "/none")).code)
