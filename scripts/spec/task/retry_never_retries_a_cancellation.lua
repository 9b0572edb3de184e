-- A cancellation of the caller ends the retrying, in an attempt or between two.
for _, s in ipairs{ 9, 0 } do
  local t = spawn(function()
    task.retry(function(n) print("attempt", n) sleep(s) error("x") end, { delay = 100, max_delay = 100 })
  end)
  sleep(1)
  t:cancel()
  t:join()
  print(t:cancelled())
end
print(now())
