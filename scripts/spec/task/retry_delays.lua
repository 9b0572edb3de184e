-- delay, factor and max_delay give the waits between attempts.
local last, waits = 0, {}
pcall(task.retry, function() table.insert(waits, now() - last) last = now() error("x") end,
  { attempts = 6, delay = 0.5, factor = 3, max_delay = 10 })
print(table.concat(waits, " "))
