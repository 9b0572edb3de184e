-- Runs the server of the table http beside others, one after the other, round by round, and prints the medians.
--
--   lull scripts/bench/serve.lua [rounds] [requests] [connections]
--
-- A KiB is asked for over 64 kept connections, by Go's client in a process of its own: how much of a processor the server takes for each
-- request, and how long each takes. Then many connections are held that ask for nothing: the memory of the server. Needs Linux and go;
-- where there is node it is a row, too. The lull that is compared is the one that runs this.

local rounds, requests, connections = ...
if rounds == "serve" then -- it is one of those that are compared
  local body = ("x"):rep(1024)
  local s = http.serve("127.0.0.1:0", { ["GET /1k"] = function() return body end })
  print(s.url)
  io.stdout:flush()
  io.read("*a")
  return s:stop(0)
end
rounds, requests, connections = tonumber(rounds or 5), tonumber(requests or 20000), tonumber(connections or 10000)
local here = fs.script() .. "/"
local go = fs.temp() .. "/httpgo"
process.run { "go", "build", "-o", go, here .. "httpgo" }

local function median(t) table.sort(t) return t[math.floor((#t + 1) / 2)] end

local servers = {
  { name = "Lull", fs.realpath("/proc/self/exe"), here .. "serve.lua", "serve" },
  { name = "Go net/http", go, "serve" },
  process.which "node" and { name = "Node http", "node", here .. "serve.mjs" } or nil,
}
for _, s in ipairs(servers) do
  s.process = process.start { unpack(s) }
  s.url = s.process.stdout:read()
  s.cpu, s.clock = {}, {}
end

-- spent is the processor's time that a process has taken, in seconds.
local function spent(pid)
  local fields = read("/proc/" .. pid .. "/stat"):match("%) (.*)"):split(" ")
  return (fields[12] + fields[13]) / 100
end

-- memory is what a process has of it, in MB.
local function memory(pid) return tonumber(read("/proc/" .. pid .. "/status"):match("VmRSS:%s*(%d+)")) / 1000 end

for _ = 1, rounds do
  for _, s in ipairs(servers) do
    local before = spent(s.process.pid)
    local out = process.read { go, "get", s.url .. "/1k", requests, 64 }
    table.insert(s.cpu, (spent(s.process.pid) - before) * 1e6 / requests)
    table.insert(s.clock, tonumber(out:match("([%d.]+) us$")))
  end
end
local function row(...) print("| " .. table.concat({ ... }, " | ") .. " |") end
row(requests .. " requests, 64 at once", "us of processor", "x Go", "requests a second")
row("---", "---:", "---:", "---:")
for _, s in ipairs(servers) do
  row(s.name, ("%.1f"):format(median(s.cpu)), ("%.2f"):format(median(s.cpu) / median(servers[2].cpu)), ("%.0f"):format(1e6 / median(s.clock)))
end
print()
row(connections .. " connections that ask for nothing", "MB", "x Go", "KB each")
row("---", "---:", "---:", "---:")
for _, s in ipairs(servers) do
  local before = memory(s.process.pid)
  local held = process.start { go, "hold", s.url .. "/1k", connections }
  held.stdout:read()
  sleep(1)
  s.memory, s.each = memory(s.process.pid), (memory(s.process.pid) - before) * 1000 / connections
  held.stdin:close()
  held:wait()
end
for _, s in ipairs(servers) do row(s.name, ("%.1f"):format(s.memory), ("%.2f"):format(s.memory / servers[2].memory), ("%.1f"):format(s.each)) end
for _, s in ipairs(servers) do
  s.process.stdin:close()
  s.process:wait()
end
