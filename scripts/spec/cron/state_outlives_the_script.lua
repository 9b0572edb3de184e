-- With a state file what was done is known at the next start; what was missed is made up for once, for each, or not at all.
local path = os.tmpname()
local function at(t) return time.format(t, "%d. %H:%M", "UTC") end
local function run(catch_up, n, fails)
  local calls, left = {}, n
  local ok = pcall(cron.run, "@hourly", function(scheduled)
    calls[#calls + 1] = at(scheduled)
    left = left - 1
    if fails and left == 0 then error("failed") end
    return left > 0
  end, { state = path, catch_up = catch_up, zone = "UTC" })
  print(catch_up, ok, table.concat(calls, " "), "state " .. read(path):trim())
end
os.remove(path)
run(nil, 2)
sleep(5.5 * 3600)
run("once", 2)
sleep(3.5 * 3600)
run("all", 4)
sleep(3.5 * 3600)
run("none", 2)
sleep(3.5 * 3600)
run("once", 1, true) -- not done: it comes again
run("once", 1)
write(path, time.format(time.now() + 20 * 3600, "rfc3339", "UTC") .. "\n") -- the clock was set back: nothing comes again
run("all", 1)
print(at(time.now()))
for _, broken in ipairs { "", "yesterday\n", "2000-01-01T00:00:00Z\nmore", ("x"):rep(1000) } do
  write(path, broken)
  local ok, err = pcall(cron.run, "@hourly", print, { state = path })
  print(ok, err.kind, err.line, err.path == path, (err.message:gsub(path, "PATH")))
end
os.remove(path)
local ok, err = pcall(cron.run, "@hourly", function() return false end, { state = path .. "/no/state" })
print(ok, err.kind, err.code)
