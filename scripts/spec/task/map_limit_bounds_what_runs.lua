-- At most opts.limit run at once; the next starts when one has ended.
local running, most = 0, 0
task.map({ 5, 1, 1, 1, 1 }, function(s)
  running = running + 1
  most = math.max(most, running)
  sleep(s)
  running = running - 1
end, { limit = 2 })
print(most, now())
