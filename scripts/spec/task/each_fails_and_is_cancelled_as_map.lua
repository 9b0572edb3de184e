-- The first error cancels the others, is raised when they have unwound, and has theirs; a cancelled task counts as failed.
local function work(n)
  finally(function() sleep(n) error("item " .. n, 0) end, function()
    if n > 2 then error("unwinding " .. n, 0) end
  end)
end
local ok, e = pcall(task.each, { 3, 1, 4 }, work)
print(ok, e, #e.others, e.others[1], e.others[2], now())
print(pcall(task.each, { 1 }, function() task.current():cancel("enough") sleep(0) end))
print(pcall(task.each, { 1, 2 }, function(n) sleep(n) error(n) end, { limit = 1 }))
print(pcall(wait_for, function() task.each({ 5, 6 }, function(n) finally(function() sleep(n) end, function(_, e) print(n, e.kind) end) end) end, 1))
print(now())
