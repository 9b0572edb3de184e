-- unix
-- Keeps programs running: starts them anew when they end, after pauses that grow, and stops them in order at the end.
--
--   lull services.lua                       shows itself with three programs; write your own into `services`
--
-- SIGHUP starts all anew, one after the other; SIGTERM and Ctrl-C stop them: each gets SIGTERM and ten seconds to finish, then all that it
-- has started is killed; a second Ctrl-C ends at once. One that ends three times in a row soon after its start is given up, and the
-- others go on. It prints what happens to whom, and what they print, in whole lines behind their names.

local function log(name, what) print(("%-6s %s"):format(name, what)) end

-- run runs a program until it ends, and says how, or until it is to start anew, and says nothing.
local function run(service)
  local ended
  race(function()
    local r = process.run {
      service.command, prefix = ("%-6s | "):format(service.name), stdout = service.stdout, check = false, kill_after = 10,
      passive = true, -- it holds no clock: with --virtual-time the pauses take none
    }
    ended = { how = r.signal and "SIG" .. r.signal or "status " .. r.status, soon = r.took < 1 }
  end, function() service.anew:wait() end)
  return ended
end

-- keep runs a program until it is cancelled.
local function keep(service)
  service.anew, service.up = sync.event(), sync.event()
  local failures, pause = 0, 0.5
  while true do
    service.up:set()
    local ended = run(service)
    service.up:clear()
    if not ended then
      log(service.name, "starts anew")
      service.anew:clear()
      failures, pause = 0, 0.5
    else
      failures = ended.soon and failures + 1 or 1
      if failures == 3 then return log(service.name, "is given up: " .. ended.how) end
      log(service.name, "has ended: " .. ended.how .. ", next try in " .. pause .. " s")
      sleep(pause)
      pause = math.min(pause * 2, 60)
    end
  end
end

local function keep_all(services)
  local signals = process.signals { "HUP", "TERM", "INT" }
  group(function(g)
    local tasks = {}
    for i, service in ipairs(services) do tasks[i] = g:spawn(keep, service) end
    for name in signals:items() do
      if name ~= "HUP" then
        print("stopping: SIG" .. name)
        return g:cancel("SIG" .. name)
      end
      for i, service in ipairs(services) do
        if not tasks[i]:done() and service.up:is_set() then
          service.up:clear()
          service.anew:set()
          service.up:wait(15) -- or the others wait for one that does not come up
        end
      end
    end
  end)
end

-- The show: a server, and a worker that crashes twice before it works. The worker's words stand for a person who sends signals.
local home = fs.temp()
process.env.TRIES = fs.join(home, "tries")
local services = {
  { name = "web", command = { "sleep", "1000" } },
  { name = "worker", command = { "sh", "-c", [[
    trap 'exit 0' TERM
    echo x >>"$TRIES"
    case $(wc -l <"$TRIES") in
    *1) exit 3 ;;
    *2) kill -KILL $$ ;;
    *3) echo works ;;
    *) echo works again ;;
    esac
    while :; do sleep 0.01; done 2>/dev/null]] },
    stdout = function(line)
      log("worker", "| " .. line)
      if line == "works" then process.kill(process.pid, "HUP") end
      if line == "works again" then process.kill(process.pid, "TERM") end
    end },
}
keep_all(services)
print("all have ended")

-- One that never works is given up.
keep { name = "wrong", command = { "sh", "-c", "echo no configuration; exit 78" } }
