-- The next page that a server names may be anybody's: a session with a base_url shows neither headers, tokens nor cookies there, nor on the way back.
local pages
local other = http.serve(0, function(req)
  return 200, req.headers.authorization or req.headers.cookie or req.headers["x-key"] or "no secret", { Link = "<" .. pages.url .. "/3>; rel=next" }
end)
pages = http.serve(0, {
  ["GET /1"] = function() return 200, "page 1", { Link = { "</2>; rel=next", "<http://evil.example/>; rel=\"prev\"" }, ["Set-Cookie"] = "id=42; Path=/" } end,
  ["GET /2"] = function(req) return 200, req.headers.authorization .. " " .. req.headers.cookie .. " " .. req.headers["x-key"], { Link = ("<%s/a?b>; title=\"x, y\"; rel=\"next last\""):format(other.url) } end,
  ["GET /3"] = function(req) return 200, req.headers.authorization .. " " .. req.headers.cookie end,
})
local api = http.session { base_url = pages.url, bearer = "token", headers = { ["X-Key"] = "k" }, cookies = true }
local url = "1"
while url do
  local r = api:get(url)
  print((r.url:gsub(":%d+", "")), r.body, r.links.last and "last" or "")
  url = r.links.next
end
other:stop() pages:stop()
