-- Runs programs that only compute (compute/) in Lull, in gopher-lua as it is published, and in lua5.1 if it is there, one
-- after the other, round by round, and prints the medians.
--
--   lull scripts/bench/compute.lua [rounds] [program]
--
-- Needs go. Seconds are those of the process on all processors, without its start. The lull that is compared is the one that
-- runs this.

local rounds, only = ...
rounds = tonumber(rounds or 5)
local shell = require "shell"
local quote, capture, median, here, lull = shell.quote, shell.capture, shell.median, shell.here, shell.lull

-- seconds is what sh's times tells of its child: user and system.
local function seconds(command, script)
  local out = capture(("%s %s >/dev/null && times"):format(command, quote(script)))
  local um, us, sm, ss = out:match("\n(%d+)m([%d.]+)s (%d+)m([%d.]+)s")
  return um * 60 + us + sm * 60 + ss
end

local dir = capture("mktemp -d"):gsub("%s+$", "")
finally(function()
  capture(("go build -o %s %s"):format(quote(dir .. "/gopherlua"), quote("./" .. here .. "/gopherlua")))
  write(dir .. "/empty.lua", "")
  local peers = { { "gopher-lua", quote(dir .. "/gopherlua") }, { "Lull", quote(lull) } }
  if pcall(capture, "lua5.1 -v 2>&1") then table.insert(peers, { "lua5.1", "lua5.1" }) end

  local start = {}
  for i, p in ipairs(peers) do
    local list = {}
    for r = 1, rounds do list[r] = seconds(p[2], dir .. "/empty.lua") end
    start[i] = median(list)
  end
  print("| program | gopher-lua s | Lull s | x gopher-lua | x lua5.1 |\n| --- | ---: | ---: | ---: | ---: |")
  local product, n = 1, 0
  for path in capture("ls " .. quote(here) .. "/compute/*.lua"):gmatch("%S+") do
    local name = path:match("([^/]+)%.lua$")
    if not only or only == name then
      local times, fails = {}, {}
      for r = 1, rounds do
        for i, p in ipairs(peers) do
          local ok, took = pcall(seconds, p[2], path)
          if not ok and p[1] ~= "gopher-lua" then error(took, 0) end -- which cannot run all of them
          times[i], fails[i] = times[i] or {}, not ok
          table.insert(times[i], ok and math.max(took - start[i], 0.001) or 0)
        end
      end
      local bare, mine = median(times[1]), median(times[2])
      local puc = times[3] and ("%.2f"):format(mine / median(times[3])) or "-"
      if fails[1] then
        print(("| %s | - | %.3f | - | %s |"):format(name, mine, puc))
      else
        print(("| %s | %.3f | %.3f | %.2f | %s |"):format(name, bare, mine, mine / bare, puc))
        product, n = product * mine / bare, n + 1
      end
    end
  end
  print(("| geometric mean | | | %.2f | |"):format(product ^ (1 / n)))
end, function() os.execute("rm -r " .. quote(dir)) end)
