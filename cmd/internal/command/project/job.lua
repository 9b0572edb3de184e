-- Runs a backup on each host, three at a time: one that hangs is cut off after a minute and tried again, one that fails stops nobody.
-- To try it without any hosts: lull test

local hosts = { "alpha", "beta", "gamma", "delta", "epsilon", "zeta" }
local results, failed = task.map(hosts, function(host)
  return task.retry(process.read, { attempts = 3, timeout = 60 }, { "ssh", host, "./backup.sh" })
end, { limit = 3, return_exceptions = true })
for i, host in ipairs(hosts) do print(host, failed[i] or results[i]) end
