-- A task that has ended has ended: a result that is there when the deadline is looked at is returned.
-- real time
local function work(seconds)
  local start = now()
  repeat until now() - start > seconds
  return "result"
end
print(wait_for(work, 0.005, 0.01))
