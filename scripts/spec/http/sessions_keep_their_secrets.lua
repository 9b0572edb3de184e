-- A session has options for all of its calls; with a base_url its headers, tokens and cookies go to that origin only, whatever a redirect says.

local function tell(req) return req.method .. " " .. req.path .. " " .. (req.headers.authorization or "-") .. " " .. (req.headers["x-key"] or "-") .. " " .. (req.headers.cookie or "-") end
local other = http.serve(0, function(req) return tell(req) end)
local s = http.serve(0, {
  ["/v1/login"] = function() return 200, "in", { ["Set-Cookie"] = "id=42; Path=/" } end,
  ["/v1/away"] = function() return 302, "", { Location = other.url .. "/x" } end,
  ["/v1/there"] = function() return 307, "", { Location = "here" } end,
  ["/"] = function(req) return tell(req) end,
})
local api = http.session { base_url = s.url .. "/v1", bearer = "token", headers = { ["X-Key"] = "k" }, cookies = true, query = { v = 1 }, timeout = 5 }
print(api:get("login").body)
for _, path in ipairs { "jobs", "/jobs", "", "?a=b", "there", "away", s.url .. "/v2", other.url .. "/y" } do print(api:get(path).body) end
print(api:post("p").body, api:put("p").body, api:patch("p").body, api:delete("p").body, api:head("p").status, api:request("TRACE", "p").body)
print(api:get("jobs", { bearer = "another", headers = { ["X-Key"] = false } }).body)
print(api:get("jobs", { auth = false }).body)
print(http.get(s.url .. "/v1/away", { bearer = "t", headers = { Cookie = "c=1", ["X-Key"] = "not a secret" } }).body)
print((tostring(api):gsub(":%d+", "")))
api:close()
print(select(2, pcall(api.get, api, "jobs")).kind)
s:stop() other:stop()
