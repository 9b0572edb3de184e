-- In virtual time a client, a server that fails for an hour and the pauses between attempts take no time, and come out exactly.

local healthy_at = now() + 3600
local s = http.serve(0, function(req)
  if now() < healthy_at then
    if req.path == "/later" then return 503, "not yet", { ["Retry-After"] = 1200 } end
    if req.path == "/date" then return 503, "not yet", { ["Retry-After"] = time.format(time.now() + 900, "http") } end
    return 503
  end
  sleep(2)
  return "up at " .. now()
end)
local r = http.get(s.url .. "/", { retry = { attempts = 99, delay = 1, factor = 2, max_delay = 600 } })
print(r.body, r.attempts, r.took, now())
healthy_at = now() + 3600
r = http.get(s.url .. "/later", { retry = { attempts = 99, max_delay = 1500 } })
print(r.body, r.attempts, now())
healthy_at = now() + 3600
r = http.get(s.url .. "/date", { retry = { attempts = 99, max_delay = 1500 } })
print(r.body, r.attempts, now())
healthy_at = math.huge
print(select(2, pcall(http.get, s.url, { retry = { attempts = 3, delay = 100 } })).attempts, now())
print(select(2, pcall(http.post, s.url, { retry = 5 })).attempts, now())
s:stop()
