-- The first error cancels the siblings and the function, and is raised when all have unwound.
local ok, err = pcall(group, function(g)
  g:spawn(function() finally(function() sleep(9) end, function() print("sibling unwinds") end) end)
  g:spawn(function() sleep(1) error("child", 0) end)
  finally(function() sleep(9) end, function(_, e) print("function unwinds", e.kind) end)
end)
print(ok, err, now())
