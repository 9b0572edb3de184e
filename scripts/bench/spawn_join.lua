-- Starting tasks and waiting for them.
local report = require "report"
local n = tonumber((...) or 100000)
local function nothing() end

local start, tasks = now(), {}
for i = 1, n do tasks[i] = spawn(nothing) end
gather(tasks)
report("spawn_join", n, now() - start)
