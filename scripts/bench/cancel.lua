-- Cancelling tasks that sleep, and waiting until they have unwound. Starting them is not counted.
local report = require "report"
local n = tonumber((...) or 100000)
local tasks, cancelled = { return_exceptions = true }, 0
for i = 1, n do tasks[i] = spawn(sleep, 3600) end
sleep(0.05)

local start = now()
for i = 1, n do tasks[i]:cancel() end
for _, err in ipairs(gather(tasks)) do
  if err.kind == "cancelled" then cancelled = cancelled + 1 end
end
report("cancel", n, now() - start)
assert(cancelled == n)
