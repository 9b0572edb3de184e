-- jitter = 0.1 spreads each delay by up to 10 %, the same in every run in virtual time.
local last, fine, differ = nil, true, false
pcall(task.retry, function()
  if last then
    local d = now() - last
    fine = fine and d >= 9 and d <= 11
    differ = differ or d ~= 10
  end
  last = now()
  error("x")
end, { attempts = 20, delay = 10, factor = 1, jitter = 0.1 })
print(fine, differ)
