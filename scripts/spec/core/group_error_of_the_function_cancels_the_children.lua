-- An error of the function cancels the children.
local ok, err = pcall(group, function(g)
  g:spawn(function() finally(function() sleep(9) end, function() sleep(1) print("unwound", now()) end) end)
  sleep(1)
  error("function", 0)
end)
print(ok, err)
