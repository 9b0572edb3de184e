-- The error of the lowest index is raised, whichever came first; those behind it are cancelled.
print(pcall(parallel.map, { 1, 2, 3 }, function(i)
  if i == 3 then sleep(5) return end
  finally(function() sleep(3 - i) error("item " .. i, 0) end, function(ok, e) print(i, e, now()) end)
end))
