-- Looks every 30 s whether services answer, says when one fails or comes back, and serves what it knows as /metrics for Prometheus.
--
--   lull health_checker.lua https://a.example/healthz https://b.example/...     serves http://localhost:9090/metrics
--   lull --virtual-time health_checker.lua                                      shows itself: two services, one of which is down for a while
--
-- A check has 5 s, and all are made at once. A service counts as down after two failures in a row, so that one lost answer wakes nobody.

local checked = { ... }
local show = #checked == 0

-- check asks a service once, and notes what came of it.
local function check(service)
  local began = now()
  local ok, r = pcall(http.get, service.url, { timeout = 5, check = false })
  service.took = now() - began
  service.checks = service.checks + 1
  local why = not ok and r.message or r.status >= 400 and "status " .. r.status or nil
  service.failures = why and service.failures + 1 or 0
  local up = service.failures < 2
  if up ~= service.up then
    service.up = up
    print(os.date("!%H:%M:%S", os.time()), service.name, up and "is back" or "is down: " .. why)
  end
end

-- metrics are the services as Prometheus reads them.
local function metrics(services)
  local lines = {}
  for _, m in ipairs {
    { "service_up", "gauge", function(s) return s.up and 1 or 0 end },
    { "service_seconds", "gauge", function(s) return ("%.3f"):format(s.took) end },
    { "service_checks_total", "counter", function(s) return s.checks end },
  } do
    lines[#lines + 1] = ("# TYPE %s %s"):format(m[1], m[2])
    for _, s in ipairs(services) do lines[#lines + 1] = ('%s{service="%s"} %s'):format(m[1], s.name, m[3](s)) end
  end
  return 200, table.concat(lines, "\n") .. "\n", { ["Content-Type"] = "text/plain; version=0.0.4" }
end

local demo
if show then
  demo = http.serve(0, {
    ["GET /shop"] = function() sleep(0.02) return "ok" end,
    ["GET /mail"] = function()
      if now() > 60 and now() < 200 then return 503 end
      if now() > 300 and now() < 320 then sleep(60) end -- one answer is late
      return "ok"
    end,
  })
  checked = { demo.url .. "/shop", demo.url .. "/mail" }
end

local services = {}
for i, url in ipairs(checked) do
  services[i] = { url = url, name = show and url:match("%w+$") or url, up = true, failures = 0, checks = 0, took = 0 }
end
local server = http.serve(show and 0 or 9090, { ["GET /metrics"] = function() return metrics(services) end })
local beat = spawn(task.every, 30, function() task.map(services, check) end)

if show then
  sleep(400)
  io.write(http.get(server.url .. "/metrics").body)
  beat:cancel()
  server:stop()
  demo:stop()
end
