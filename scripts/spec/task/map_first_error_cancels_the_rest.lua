-- The first error cancels those that run, starts no more, and is raised when they have unwound.
local ok, err = pcall(task.map, { 1, 2, 3, 4 }, function(i)
  finally(function() sleep(i) if i == 2 then error("item 2", 0) end end, function(ok) print(i, ok) end)
end, { limit = 3 })
print(ok, err, now())
