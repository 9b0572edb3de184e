-- Errors that members of gather or task.map with return_exceptions had raised are not lost where the call is cancelled: they are among the others of what goes on.
local function bad(text) return function() error(text, 0) end end
local function members(n) return { bad("a" .. n), bad("b" .. n), function() sleep(100) end, return_exceptions = true } end
local function collect(n) return function() gather(members(n)) end end
local function show(what, f, ...)
  local ok, e = pcall(f, ...)
  local others = {}
  for i, o in ipairs(e.others or {}) do others[i] = tostring(o) end
  print(what, e.kind or e, table.concat(others, " "))
end
show("a deadline", wait_for, collect(1), 1)
show("task.map", wait_for, function()
  task.map({ 1, 2, 3 }, function(i) if i < 3 then error("item " .. i, 0) end sleep(100) end, { return_exceptions = true })
end, 1)
local t = spawn(collect(2))
sleep(1)
t:cancel()
show("a cancelled task", await, t)
show("a task with a deadline", wait_for, spawn(collect(3)), 1)
show("a sibling that fails", gather, collect(4), function() sleep(1) error("sibling", 0) end)
show("inside groups", wait_for, function()
  group(function(g) g:spawn(function() group(function(h) h:spawn(collect(5)) end) end) end)
end, 1)
show("a retry", task.retry, collect(6), { timeout = 1, attempts = 1 })
show("a member that fails while it unwinds", wait_for, function()
  gather { bad("early"), function() finally(function() sleep(100) end, bad("late")) end, return_exceptions = true }
end, 1)
