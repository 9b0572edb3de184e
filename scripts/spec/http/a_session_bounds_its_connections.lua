-- limit is how many requests of a session are under way to a host: more wait, in virtual time as over the network; a stream counts until it is closed.
local s = http.serve(0, {
  ["GET /slow"] = function() sleep(15) return "x" end,
  ["GET /there"] = function() return 302, "", { Location = "/slow" } end,
  ["GET /stream"] = function() local n = 0 return 200, function() n = n + 1 if n < 3 then sleep(1) return "piece" end end end,
})
local one = http.session { limit = 1, base_url = s.url }
local function all(api, ...) local began = now() task.map({ ... }, function(path) api:get(path) end) print(now() - began) end
all(one, "slow", "slow", "slow")
all(one, "there", "slow")
all(http.session { limit = 2, base_url = s.url }, "slow", "slow", "slow")
all(http.session { base_url = s.url }, "slow", "slow", "slow")
local r = one:get("stream", { stream = true })
local began = now()
local waits = spawn(one.get, one, "slow")
sleep(10)
r:close()
waits:await()
print(now() - began)
print(select(2, pcall(one.get, one, "none")).status)
print(select(2, pcall(one.get, one, "slow", { timeout = 1 })).kind)
gather(async(one.get)(one, "slow"), function() print(select(2, pcall(one.get, one, "slow", { timeout = 1 })).kind) end)
all(one, "slow")
s:stop()
