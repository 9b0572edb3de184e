-- Runs the workloads beside raw Go and asyncio, one program after the other, round by round, and prints the medians.
--
--   lull scripts/bench/compare.lua [rounds] [workload]
--
-- Needs go and python3; where it has uvloop, that is a row, too. The lull that is compared is the one that runs this.

local rounds, only = ...
rounds = tonumber(rounds or 5)
local shell = require "shell"
local quote, capture, median, here, lull = shell.quote, shell.capture, shell.median, shell.here, shell.lull

local dir = capture("mktemp -d"):gsub("%s+$", "")
finally(function()
  capture(("go build -o %s %s"):format(quote(dir .. "/rawgo"), quote("./" .. here .. "/rawgo")))
  local block = ("x"):rep(4096)
  for i = 0, 9999 do write(("%s/f%05d"):format(dir, i), block) end

  local peers = {
    { name = "Lull", command = function(w, args)
      if w == "dozers" then return ("%s %s/sleepers.lua 100000 body"):format(quote(lull), quote(here)) end
      return ("%s %s/%s.lua %s"):format(quote(lull), quote(here), w, args)
    end },
    { name = "Go", command = function(w, args) return ("%s/rawgo %s %s"):format(quote(dir), w, args) end },
    { name = "asyncio", command = function(w, args) return ("python3 %s/with_asyncio.py %s %s"):format(quote(here), w, args) end },
  }
  if pcall(capture, "python3 -c 'import uvloop' 2>&1") then
    table.insert(peers, { name = "uvloop", command = function(w, args)
      return ("BENCH_LOOP=uvloop python3 %s/with_asyncio.py %s %s"):format(quote(here), w, args)
    end })
  end

  local head, line = { "workload" }, { "---" }
  for _, p in ipairs(peers) do
    table.insert(head, p.name .. " us (MB)")
    table.insert(line, "---:")
  end
  for i = 2, #peers do
    table.insert(head, "x " .. peers[i].name)
    table.insert(line, "---:")
  end
  print("| " .. table.concat(head, " | ") .. " |\n| " .. table.concat(line, " | ") .. " |")
  for _, workload in ipairs { "switch", "spawn_join", "sleepers", "dozers", "pingpong", "pipeline", "cancel", "timeouts", "readfiles", "startup" } do
    if not only or only == workload then
      local times, peaks = {}, {}
      for _ = 1, rounds do
        for i, p in ipairs(peers) do
          local start = now()
          local out = capture(p.command(workload, workload == "readfiles" and quote(dir) or ""))
          local us, mb = out:match("([%d.-]+) us each%s+([%d.]+) MB")
          if workload == "startup" then us, mb = (now() - start) * 1e6, 0 end
          times[i], peaks[i] = times[i] or {}, peaks[i] or {}
          table.insert(times[i], tonumber(us))
          table.insert(peaks[i], tonumber(mb))
        end
      end
      local row, mine = { workload }, median(times[1])
      for i in ipairs(peers) do table.insert(row, ("%.3f (%.0f)"):format(median(times[i]), median(peaks[i]))) end
      for i = 2, #peers do table.insert(row, ("%.2f"):format(mine / median(times[i]))) end
      print("| " .. table.concat(row, " | ") .. " |")
    end
  end
end, function() os.execute("rm -r " .. quote(dir)) end)
