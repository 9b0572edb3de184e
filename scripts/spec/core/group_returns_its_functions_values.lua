-- group returns the values of its function when every child has ended.
print(group(function(g)
  g:spawn(function() sleep(2) print("child", now()) end)
  return "a", nil, "c"
end))
