-- A producer, eight workers and a consumer, with a queue of a hundred before and behind the workers.
local report = require "report"
local n = tonumber((...) or 500000)
local jobs, results = sync.queue(100), sync.queue(100)
local sum = 0

local start = now()
group(function(g)
  g:spawn(function()
    for i = 0, n - 1 do jobs:put(i) end
    jobs:close()
  end)
  for _ = 1, 8 do
    g:spawn(function()
      for job in jobs:items() do results:put(job * 2) end
    end)
  end
  for _ = 1, n do sum = sum + results:get() end
end)
report("pipeline", n, now() - start)
assert(sum == n * (n - 1))
