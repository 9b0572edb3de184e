-- each calls fn with each item alone, in a task named after it, sixteen at once, and returns nothing.
print(select("#", task.each({ "a", 2, {} }, function(...) print(task.current():name(), select("#", ...)) end)))
local running, most = 0, 0
local items = {}
for i = 1, 40 do items[i] = i end
local function work() running = running + 1 most = math.max(most, running) sleep(1) running = running - 1 end
task.each(items, work)
print(most, now())
task.each(items, work, { limit = 3 })
print(now())
task.each(items, work, { limit = math.huge })
print(most, now())
task.each({}, error)
