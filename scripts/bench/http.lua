-- Runs the client of the table http beside others, one program after the other, round by round, and prints the medians.
--
--   lull scripts/bench/http.lua [rounds] [requests]
--
-- GET of a KiB over connections that are kept, 64 at once, and a download of a GiB; the server is Go's, in a process of its own. Needs go
-- and curl; where there is node, or python3 with aiohttp, they are rows, too. The lull that is compared is the one that runs this.

local rounds, requests = ...
rounds, requests = tonumber(rounds or 5), requests or "20000"
local here = fs.script() .. "/"
local lull = fs.realpath("/proc/self/exe")
local dir = fs.temp()
local go = dir .. "/httpgo"
process.run { "go", "build", "-o", go, here .. "httpgo" }
local server = process.start { go, "serve", passive = true }
local url = server.stdout:read()

local function median(t) table.sort(t) return t[math.floor((#t + 1) / 2)] end

local peers = { { "Lull", lull, here .. "httpget.lua" }, { "Go net/http", go, "get" } }
if process.which "node" then
  peers[#peers + 1] = { "Node http", "node", here .. "httpget.mjs", "http" }
  peers[#peers + 1] = { "Node fetch (undici)", "node", here .. "httpget.mjs", "fetch" }
end
if pcall(process.read, { "python3", "-c", "import aiohttp", stderr = "null" }) then peers[#peers + 1] = { "aiohttp", "python3", here .. "httpget.py" } end

local cpu, clock = {}, {}
for _ = 1, rounds do
  for i, p in ipairs(peers) do
    local command = { unpack(p, 2) }
    for _, arg in ipairs { url .. "/1k", requests, 64 } do table.insert(command, arg) end
    local out = process.read(command)
    local a, b = out:match("([%d.]+) us cpu ([%d.]+) us")
    cpu[i], clock[i] = cpu[i] or {}, clock[i] or {}
    table.insert(cpu[i], tonumber(a))
    table.insert(clock[i], tonumber(b))
  end
end
print("| GET of 1 KiB, 64 at once | us of processor | us | x Lull |\n| --- | ---: | ---: | ---: |")
for i, p in ipairs(peers) do print(("| %s | %.1f | %.1f | %.2f |"):format(p[1], median(cpu[i]), median(clock[i]), median(cpu[i]) / median(cpu[1]))) end

local size = 2 ^ 30
local times = { {}, {}, {} }
for _ = 1, rounds do
  for i, command in ipairs {
    { lull, "-e", ("http.get(%q, { to = %q })"):format(url .. "/size/" .. size, dir .. "/a") },
    { "curl", "-s", "-o", dir .. "/b", url .. "/size/" .. size },
    { "curl", "-s", "-o", "/dev/null", url .. "/size/" .. size },
  } do
    local began = now()
    process.run(command)
    table.insert(times[i], now() - began)
  end
end
print(("\n| download of 1 GiB | s |\n| --- | ---: |\n| Lull | %.2f |\n| curl | %.2f |\n| curl to nowhere | %.2f |"):format(median(times[1]), median(times[2]), median(times[3])))
server.stdin:close()
server:wait()
