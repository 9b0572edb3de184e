-- retry calls fn(attempt) until it succeeds and returns all its values; the delay doubles.
print(task.retry(function(n)
  print("attempt", n, now())
  if n < 3 then error("not yet") end
  return "done", n
end))
