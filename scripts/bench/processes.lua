-- The costs of starting programs, of what they print and of copying, beside the programs that others use for it, one after the other, round by
-- round: the medians of the seconds on the clock and of processor time, that of all children included, and the ratios.
--
--   lull scripts/bench/processes.lua [rounds] [workload] [size]
--
-- Needs bash, xargs and go; python3 and node where they are there. Size is a factor: 1 starts 1,000 programs, 8 at once, captures 100 MB
-- and copies a file of 1 GB. The lull that is compared is the one that runs this.

local work = {}

work["processes"] = function(n)
  local list = {}
  for i = 1, n do list[i] = i end
  task.map(list, function() process.run { "true" } end, { limit = 8 })
end

work["capture"] = function(bytes)
  local r = process.run { "head", "-c", bytes, "/dev/zero", stdout = "capture", max_output = math.huge }
  assert(#r.stdout == bytes)
end

work["copy"] = function(_, from, to) fs.copy(from, to) end

if ... == "run" then
  local _, name, n, from, to = ...
  return work[name](tonumber(n), from, to)
end

local rounds, only, factor = ...
rounds, factor = tonumber(rounds or 5), tonumber(factor or 1)
local shell = require "shell"
local here, lull, median = shell.here, shell.lull, shell.median
local dir = fs.temp()
local rawgo, file, copy = dir .. "/rawgo", dir .. "/file", dir .. "/copy"

-- measured runs a command, and returns its seconds on the clock, and the processor's.
local function measured(cmd)
  local r = process.run { "bash", "-c", [[TIMEFORMAT="%R %U %S"; time "$@" >/dev/null]], "bash", cmd, stderr = "capture" }
  local wall, user, sys = r.stderr:match("([%d.]+) ([%d.]+) ([%d.]+)%s*$")
  return tonumber(wall), user + sys
end

process.run { "go", "build", "-o", rawgo, "./" .. here .. "/rawgo" }
local n, bytes = math.ceil(1000 * factor), math.ceil(1e8 * factor)
local python, node = { "python3", here .. "/processes_with_python.py" }, { "node", here .. "/processes_with_node.mjs" }
local list = {
  { "processes", n, { { "raw Go", { rawgo, "processes", n } }, { "xargs -P", { "bash", "-c", 'seq "$1" | xargs -P 8 -n 1 true', "bash", n } },
    { "asyncio", { python, "processes", n } }, { "Node", { node, "processes", n } } } },
  { "capture", bytes, { { "raw Go", { rawgo, "capture", bytes } }, { "asyncio", { python, "capture", bytes } }, { "Node", { node, "capture", bytes } } } },
  { "copy", 0, { { "cp", { "cp", file, copy } } } },
}
print("| workload | | s | of the processor | Lull is | |\n| --- | --- | ---: | ---: | ---: | ---: |")
for _, w in ipairs(list) do
  local name, peers = w[1], w[3]
  if not only or only == name then
    if name == "copy" then process.run { "head", "-c", math.ceil(2 ^ 30 * factor), "/dev/urandom", stdout = { file = file } } end
    table.insert(peers, 1, { "Lull", { lull, here .. "/processes.lua", "run", name, w[2], file, copy } })
    local walls, cpus = {}, {}
    for _ = 1, rounds do
      for i, peer in ipairs(peers) do
        if process.which(peer[2][1][1] or peer[2][1]) then
          walls[i], cpus[i] = walls[i] or {}, cpus[i] or {}
          fs.remove(copy)
          local wall, cpu = measured(peer[2])
          table.insert(walls[i], wall)
          table.insert(cpus[i], cpu)
        end
      end
    end
    local wall, cpu = median(walls[1]), median(cpus[1])
    for i, peer in ipairs(peers) do
      if walls[i] then
        local w, c = median(walls[i]), median(cpus[i])
        print(("| %s | %s | %.3f | %.3f | %.2f | %.2f |"):format(name, peer[1], w, c, wall / w, cpu / c))
      end
    end
  end
end
