-- The costs of reading and writing data, beside the programs that others use for it, one program after the other, round by round: the
-- medians of the seconds, the peak of memory and the ratios.
--
--   lull scripts/bench/data.lua [rounds] [workload] [size]
--
-- Needs python3, sha256sum and go. Size is a factor: 1 makes 1 MB of JSON, 100 MB of CSV and a file of 1 GB. The lull that is compared
-- is the one that runs this.

local work = {}

work["json.decode"] = function(path)
  local text = read(path)
  for _ = 1, 20 do json.decode(text) end
end

work["json.encode"] = function(path)
  local value = json.decode(read(path))
  local start = now()
  for _ = 1, 20 do json.encode(value) end
  return now() - start
end

work["csv lists"] = function(path) for _ in csv.rows(path, { header = false }) do end end

work["csv names"] = function(path) for _ in csv.rows(path) do end end

work["sha256"] = function(path) hash.file("sha256", path) end

work["re.match"] = function()
  local line, pattern = "2024-05-01T12:00:00Z ERROR disk full on /dev/sda1 (host=db7)", [[(\w+) disk (\w+) on (\S+)]]
  for _ = 1, 300000 do re.match(line, pattern) end
end

work["log.info"] = function()
  for i = 1, 200000 do log.info("copied", { files = i, took = 0.5 }) end
end

if ... == "run" then
  local _, name, path = ...
  local start = now()
  local took = work[name](path) or now() - start
  local known, status = pcall(read, "/proc/self/status") -- Linux only
  print(("%.6f s %.1f MB"):format(took, known and tonumber(status:match("VmHWM:%s*(%d+)")) / 1024 or 0))
  return
end

local rounds, only, factor = ...
rounds, factor = tonumber(rounds or 5), tonumber(factor or 1)
local shell = require "shell"
local quote, capture, median, here, lull = shell.quote, shell.capture, shell.median, shell.here, shell.lull
local dir = capture("mktemp -d"):gsub("%s+$", "")

local function records(path, n)
  local list = {}
  for i = 1, n do
    list[i] = { id = i, name = "name " .. i, email = ("user%d@example.org"):format(i), city = "City " .. i % 1000, amount = i * 1.5, active = i % 2 == 0,
      tags = { "a", "b", "c" }, note = "a note" }
  end
  write(path, json.encode(list))
end

local function rows(path, bytes)
  local w, n = csv.writer(path), 0
  for i = 1, math.huge do
    w:write { id = i, name = "name " .. i, email = ("user%d@example.org"):format(i), city = "City " .. i % 1000, amount = i * 1.5, active = i % 2 == 0 and "true" or "false",
      created = "2024-01-02", note = "a note, with " .. i }
    n = n + 100
    if n >= bytes then break end
  end
  w:close()
end

finally(function()
  records(dir .. "/json", math.ceil(7000 * factor))
  rows(dir .. "/csv", 1e8 * factor)
  os.execute(("head -c %d /dev/zero >%s"):format(2 ^ 30 * factor, quote(dir .. "/file")))
  capture(("go build -o %s %s"):format(quote(dir .. "/rawgo"), quote("./" .. here .. "/rawgo")))
  local function python(name, file) return ("python3 %s/data_with_python.py %s %s"):format(quote(here), quote(name), quote(dir .. "/" .. file)) end
  local list = {
    { "json.decode", "json", "Python's json", python("json.decode", "json") },
    { "json.encode", "json", "Python's json", python("json.encode", "json") },
    { "csv lists", "csv", "csv.reader", python("csv.reader", "csv") },
    { "csv names", "csv", "csv.DictReader", python("csv.DictReader", "csv") },
    { "sha256", "file", "sha256sum", "sha256sum " .. quote(dir .. "/file"), timed = true },
    { "re.match", "json", "Go's regexp", quote(dir .. "/rawgo") .. " regexp" },
    { "log.info", "json", "Go's slog", quote(dir .. "/rawgo") .. " slog" },
  }
  print("| workload | Lull s (MB) | beside | s (MB) | ratio |\n| --- | ---: | --- | ---: | ---: |")
  for _, w in ipairs(list) do
    local name, file, peer, command = w[1], w[2], w[3], w[4]
    if not only or only == name then
      local times, peaks = { {}, {} }, { {}, {} }
      for _ = 1, rounds do
        for i, c in ipairs { ("%s %s/data.lua run %s %s 2>/dev/null"):format(quote(lull), quote(here), quote(name), quote(dir .. "/" .. file)), command } do
          local start = now()
          local out = capture(c)
          local took, mb = out:match("([%d.]+) s ([%d.]+) MB")
          if not took then took, mb = now() - start, 0 end -- a program that does not say
          table.insert(times[i], tonumber(took))
          table.insert(peaks[i], tonumber(mb))
        end
      end
      local a, b = median(times[1]), median(times[2])
      print(("| %s | %.3f (%.0f) | %s | %.3f (%.0f) | %.2f |"):format(name, a, median(peaks[1]), peer, b, median(peaks[2]), a / b))
    end
  end
end, function() os.execute("rm -r " .. quote(dir)) end)
