-- A time limit on something that waits once, one after the other.
local report = require "report"
local n = tonumber((...) or 100000)
local sum = 0
local function one()
  sleep(0)
  return 1
end

local start = now()
for _ = 1, n do sum = sum + wait_for(one, 10) end
report("timeouts", n, now() - start)
assert(sum == n)
