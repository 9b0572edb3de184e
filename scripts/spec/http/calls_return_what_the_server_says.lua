-- A call returns status, headers, body, cookies and links; http.request takes any method, and a name for each usual one is a function.

local s = http.serve(0, function(req)
  return 200, req.method .. " " .. req.path .. " " .. (req.headers["content-type"] or "-") .. " " .. req:body(), {
    ["X-Twice"] = { "one", "two" }, Link = '</page/2>; rel="next", <http://other.example/x>; rel="alternate last"', ["Set-Cookie"] = { "a=1; Path=/", "b=two words" },
  }
end)
local r = http.get(s.url .. "/list?x=1#part")
print((tostring(r):gsub(":%d+", "")), r.ok, r.attempts, r.took, r.proto)
print(r.headers["x-twice"], r.links.next == s.url .. "/page/2", r.links.last, r.links.alternate, r.cookies.a, r.cookies.b, r.url == s.url .. "/list?x=1#part")
for _, name in ipairs { "get", "delete", "post", "put", "patch" } do print(http[name](s.url .. "/", { body = "text" }).body) end
print(http.get(s.url).body, http.delete(s.url).status, http.patch(s.url, { json = { a = json.array() } }).body)
print(http.put(s.url, { form = { a = { 1, 2 }, b = "x y" } }).body, http.post(s.url, { json = false }).body)
print(show(http.head(s.url).body), http.head(s.url).headers["content-length"] ~= nil)
print(http.request("report", s.url .. "/r").body)
s:stop()
