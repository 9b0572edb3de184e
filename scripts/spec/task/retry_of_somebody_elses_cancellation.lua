-- Another task's cancellation is an ordinary error: it is retried.
print(task.retry(function(n)
  if n == 2 then return "fine" end
  local t = spawn(sleep, 9)
  sleep(0)
  t:cancel()
  await(t)
end))
