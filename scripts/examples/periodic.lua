-- A job every ten seconds, with a time limit each and a report of what went wrong.
--
--   lull --virtual-time periodic.lua
--
-- task.every keeps its beat: it neither drifts nor overlaps, and beats that are missed are skipped. A run that hangs is
-- cancelled after 8 s, and has unwound before the next begins; a run that fails does not end the job. Prints a line a run.

local runs = 0

-- The job: the second run fails, the third hangs, the fourth is slow to clean up and so makes the job miss a beat.
local function job(n)
  if n == 2 then error("disk full", 0) end
  finally(function()
    sleep(n >= 3 and n <= 4 and 3600 or 1.5)
  end, function()
    if n == 4 then sleep(4) end
  end)
  return n * 100
end

local function line(text) print(os.date("!%H:%M:%S", os.time()) .. "  run " .. runs .. ": " .. text) end

task.every(10, function()
  runs = runs + 1
  local ok, in_time, rows = pcall(task.move_on_after, job, 8, runs)
  if not ok then
    line("failed: " .. in_time)
  elseif not in_time then
    line("took too long, cancelled")
  else
    line(rows .. " rows")
  end
  return runs < 6 -- false ends it; a real job would go on
end)
