-- each takes the next item of an iterator when a place is free, as `for` does: the last value is what it is called with.
local made = 0
local function numbers()
  if made < 6 then made = made + 1 return made end
end
task.each(numbers, function(n) print(n, made, now()) sleep(n == 1 and 3 or 1) end, { limit = 2 })
print(now())
for line in ("one\ntwo"):gmatch("%a+") do print(line) end
task.each(("one\ntwo"):gmatch("%a+"), print)
task.each(function(_, last) last = (last or 0) + 1 return last <= 3 and last or nil end, print)
-- one that waits, and one that is a coroutine
task.each(coroutine.wrap(function() for i = 1, 3 do sleep(1) coroutine.yield(i) end end), function(n) print(n, now()) end)
-- what it raises cancels the tasks
print(pcall(task.each, function(_, last)
  sleep(0)
  if last == 2 then error("no more", 0) end
  return (last or 0) + 1
end, function() finally(function() sleep(9) end, function(_, e) print(e.kind) end) end))
-- an item of false is one
local list = { false, true }
task.each(function() return table.remove(list, 1) end, print)
