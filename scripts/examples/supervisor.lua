-- A supervisor: keeps workers running, restarts those that fail, gives up on one that fails too often.
--
--   lull --virtual-time supervisor.lua
--
-- Each worker is restarted after a pause that doubles; a minute without a failure forgets the earlier ones. A worker
-- that fails three times in a row is given up, and the others go on. It prints what happens to whom.

local function log(...) print(("%5.0f s "):format(now()), ...) end

local function supervise(name, work)
  local failures, pause = 0, 1
  while true do
    local started = now()
    local ok, err = pcall(work)
    if ok then
      log(name, "has finished")
      return true
    end
    if now() - started > 60 then failures, pause = 0, 1 end
    failures = failures + 1
    if failures == 3 then
      log(name, "given up:", err)
      return false
    end
    log(name, "failed:", err, "restarting in " .. pause .. " s")
    sleep(pause)
    pause = pause * 2
  end
end

-- The workers: one that does its job, one that fails twice, one that never works, one that is cancelled with the rest.
local tries = 0
local workers = {
  steady = function() sleep(30) end,
  shaky = function()
    tries = tries + 1
    sleep(tries == 2 and 100 or 5)
    if tries < 3 then error("lost connection " .. tries, 0) end
  end,
  hopeless = function() error("no configuration", 0) end,
  endless = function() finally(function() sleep(math.huge) end, function() log("endless", "closes its files") end) end,
}

group(function(g)
  local names, tasks = {}, {}
  for name in pairs(workers) do table.insert(names, name) end
  table.sort(names)
  for _, name in ipairs(names) do tasks[name] = g:spawn(supervise, name, workers[name]) end
  -- pcall inside supervise does not catch a cancellation, so the supervisors end with their group.
  for _, name in ipairs{ "steady", "shaky", "hopeless" } do await(tasks[name]) end
  log("group", "cancelled")
  g:cancel("all that matter have ended")
end)
log("main", "over")
