-- unix
-- Sums up the logs of several machines, packed and not, in one pass.
--
--   lull logs.lua LOG...                    without arguments it shows itself on logs that it makes
--
-- Each file has a task of its own. A packed one is unpacked by gzip beside it and read line by line as it comes, so that ten GB of logs
-- take as little memory as ten lines; a broken one is an error, as gzip's status is looked at after the last line. Lines that are no
-- requests are counted, not dropped without a word. It prints the requests and errors of each minute, then the slowest paths.

-- 10.0.0.1 - - [02/Jan/2026:03:04:05 +0000] "GET /path HTTP/1.1" 200 123 0.045
local form = '^%S+ %S+ %S+ %[([^%]]+):%d%d [^%]]*%] "%u+ (%S+)[^"]*" (%d%d%d) %d+ ([%d.]+)$'

local function lines_of(path)
  if fs.ext(path) == ".gz" then return process.lines { "gzip", "-dc", "--", path, stderr = "capture" } end
  return io.lines(path)
end

-- entry is the entry of a table, which it makes where there is none.
local function entry(t, key, make)
  local e = t[key]
  if not e then
    e = make()
    t[key] = e
  end
  return e
end

local function sum_up(files)
  local minutes, paths, odd = {}, {}, 0
  task.map(files, function(file)
    for line in lines_of(file) do
      local minute, path, status, took = line:match(form)
      if minute then
        local m = entry(minutes, minute, function() return { name = minute, requests = 0, errors = 0 } end)
        m.requests = m.requests + 1
        if tonumber(status) >= 500 then m.errors = m.errors + 1 end
        local p = entry(paths, path, function() return { name = path, requests = 0, took = 0, most = 0 } end)
        p.requests, p.took, p.most = p.requests + 1, p.took + took, math.max(p.most, tonumber(took))
      else
        odd = odd + 1
      end
    end
  end, { limit = process.cpus })
  return minutes, paths, odd
end

local function sorted(t, before)
  local list = {}
  for _, e in pairs(t) do table.insert(list, e) end
  table.sort(list, before)
  return list
end

local function report(minutes, paths, odd)
  for _, m in ipairs(sorted(minutes, function(a, b) return a.name < b.name end)) do
    print(("%s  %4d requests  %3d errors%s"):format(m.name, m.requests, m.errors, m.errors > m.requests * 0.05 and "  !" or ""))
  end
  for _, p in pairs(paths) do p.each = ("%9.3f"):format(p.took / p.requests) end -- what is added up in another order differs in its last digits
  local slow = sorted(paths, function(a, b)
    if a.each ~= b.each then return a.each > b.each end
    return a.name < b.name
  end)
  for i = 1, math.min(3, #slow) do
    local p = slow[i]
    print(("%-8s  %4d requests  %s s each  %.3f s at most"):format(p.name, p.requests, p.each:trim(), p.most))
  end
  if odd > 0 then print(odd .. " lines are no requests") end
end

local given = { ... }
if #given > 0 then
  report(sum_up(given))
  return
end

-- The show: three machines, of which one packs its logs, and one was broken for a minute.
local home = fs.temp()
local function log(host)
  local lines = {}
  for second = 0, 179 do
    local path = ({ "/", "/search", "/basket", "/static" })[second % 4 + 1]
    local bad = host == 2 and second >= 60 and second < 120 and second % 3 == 0
    lines[#lines + 1] = ('10.0.0.%d - - [02/Jan/2026:03:%02d:%02d +0000] "GET %s HTTP/1.1" %d 512 %.3f'):format(
      host, math.floor(second / 60), second % 60, path, bad and 502 or 200, path == "/search" and 0.25 + second / 1000 or 0.01 * host)
  end
  return table.concat(lines, "\n") .. "\n"
end
write(fs.join(home, "web1.log"), log(1) .. "-- rotated --\n")
write(fs.join(home, "web2.log"), log(2))
process.run { "gzip", "-c", input = log(3), stdout = { file = fs.join(home, "web3.log.gz") } }
report(sum_up { fs.join(home, "web1.log"), fs.join(home, "web2.log"), fs.join(home, "web3.log.gz") })

write(fs.join(home, "broken.gz"), "no gzip")
local ok, err = pcall(sum_up, { fs.join(home, "broken.gz") })
print("a broken file:", ok, err.kind, err.cmd[1], err.status, err.stderr:match("not in gzip format"))
