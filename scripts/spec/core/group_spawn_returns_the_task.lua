-- g:spawn returns the task, and passes arguments.
group(function(g)
  local t = g:spawn(function(a, b) return a + b end, 1, 2)
  print(await(t))
end)
