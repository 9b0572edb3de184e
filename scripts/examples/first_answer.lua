-- Asks several mirrors at once and takes the first good answer; the others are cancelled.
--
--   lull --virtual-time first_answer.lua
--
-- task.any ignores failures as long as one succeeds. A mirror is asked only when those before it have had a second to
-- answer ("happy eyeballs"), so the usual case costs one request. It prints who was asked when, and who answered.

local mirrors = {
  { name = "near", after = 0.2, fails = true },
  { name = "slow", after = 30 },
  { name = "good", after = 0.7 },
  { name = "spare", after = 0.1 },
}

local function ask(mirror)
  print(("%.1f s  asking %s"):format(now(), mirror.name))
  return finally(function()
    sleep(mirror.after)
    if mirror.fails then error("connection refused", 0) end
    return "answer from " .. mirror.name
  end, function(ok, err)
    if not ok then print(("%.1f s  %s: %s"):format(now(), mirror.name, err.kind == "cancelled" and "cancelled" or err)) end
  end)
end

local function staggered(list)
  local attempts = {}
  for i, mirror in ipairs(list) do
    attempts[i] = function()
      sleep((i - 1) * 1.0)
      return ask(mirror)
    end
  end
  return attempts
end

local answer, index = wait_for(function() return task.any(staggered(mirrors)) end, 10)
print(("%.1f s  %s (mirror %d)"):format(now(), answer, index))

-- Where all fail, the first error is raised and the others are on it.
local ok, err = pcall(task.any, staggered{
  { name = "one", after = 0.1, fails = true },
  { name = "two", after = 0.1, fails = true },
})
print(ok, err, #err.others, err.others[1])
