-- Reading small files that the system has in its cache, 64 at a time.
local report = require "report"
local dir, n = ...
n = tonumber(n or 10000)
if not dir then error("usage: readfiles.lua DIR [N]: DIR holds files of 4096 bytes, named f00000 and up", 0) end
local paths, total = {}, 0
for i = 1, n do paths[i] = string.format("%s/f%05d", dir, i - 1) end

local start = now()
task.map(paths, function(path)
  local data = read(path) -- first: others add to total while this one waits
  total = total + #data
end, { limit = 64 })
report("readfiles", n, now() - start)
assert(total == n * 4096)
