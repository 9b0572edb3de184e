-- every calls fn at once, then on each beat, until it returns false.
local n = 0
task.every(10, function()
  n = n + 1
  print(n, now())
  return n < 3
end)
print("over", now())
