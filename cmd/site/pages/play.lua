-- Five hosts are asked, three at a time. Each has half a second, and is
-- tried twice. Run it, and look at the timeline: a row is a task; where it
-- is dark and high the task runs, in colour it waits. Click a row for more.
-- In virtual time nobody waits.

local function ask(host)
  sleep(host == "cairo" and 60 or 0.3) -- as long as a request takes
  if host == "delhi" and now() < 1 then error("connection refused") end
  return host .. " is well"
end

local hosts = { "accra", "bonn", "cairo", "delhi", "essen" }

local answers = task.map(hosts, function(host)
  local patience = { attempts = 2, delay = 0.4, timeout = 0.5 }
  local ok, answer = pcall(task.retry, ask, patience, host)
  return ok and answer or host .. " is not: " .. tostring(answer)
end, { limit = 3 })

for _, answer in ipairs(answers) do print(answer) end
print(("asked in %.1f s"):format(now()))
