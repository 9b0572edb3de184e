-- Tasks that all sleep for the same second; counted is what it takes beyond that. With "body" a Lua function sleeps.
local report = require "report"
local n, body = ...
n = tonumber(n or 100000)
local function doze() sleep(1) end

local start, tasks = now(), {}
for i = 1, n do
  tasks[i] = body and spawn(doze) or spawn(sleep, 1)
end
gather(tasks)
report(body and "dozers" or "sleepers", n, now() - start - 1)
