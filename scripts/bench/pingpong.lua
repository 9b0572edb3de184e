-- A round trip between two tasks, through two queues.
local report = require "report"
local n = tonumber((...) or 200000)
local ping, pong = sync.queue(1), sync.queue(1)
local sum = 0

local start = now()
gather(function()
  for _ = 1, n do pong:put(ping:get() + 1) end
end, function()
  for i = 0, n - 1 do
    ping:put(i)
    sum = sum + pong:get()
  end
end)
report("pingpong", n, now() - start)
assert(sum == n * (n + 1) / 2)
