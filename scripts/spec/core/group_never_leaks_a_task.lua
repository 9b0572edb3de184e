-- After a group none of its tasks is left, however it ended.
pcall(group, function(g)
  for i = 1, 10 do g:spawn(function() finally(function() sleep(100) end, function() sleep(i / 10) end) end) end
  sleep(1)
  error("x")
end)
print(#task.all(), now())
