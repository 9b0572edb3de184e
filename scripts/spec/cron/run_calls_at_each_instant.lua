-- cron.run calls the function at each instant with that instant, until it returns false, and raises what it raises.
local function at(t) return time.format(t, "%d. %T", "UTC") end
local n = 0
cron.run("0 8,20 * * *", function(scheduled)
  n = n + 1
  print(at(scheduled), at(time.now()), n)
  return n < 3
end, { zone = "UTC" })
print("returned", at(time.now()))
-- One call, with the latest, makes up for the instants that pass while the function runs.
n = 0
cron.run("@hourly", function(scheduled)
  n = n + 1
  print(at(scheduled), at(time.now()))
  if n == 1 then sleep(3.5 * 3600) end
  return n < 4
end)
local ok, err = pcall(cron.run, "@hourly", function() error({ "a table" }) end)
print(ok, type(err), err[1], at(time.now()))
print(task.move_on_after(cron.run, 7200, "@yearly", print), at(time.now()))
print(task.move_on_after(cron.run, 3 * 3600, "30 * * * *", function() sleep(1e6) end), at(time.now()))
-- Others run meanwhile; jitter comes behind the instant, and the function is told the instant.
local last
cron.run("0 * * * *", function(scheduled)
  local late = time.now() - scheduled
  assert(late >= 0 and late <= 60, late)
  if last then assert(scheduled - last == 3600) end
  last, n = scheduled, n + 1
  return n < 24
end, { jitter = 60 })
print(n)
-- It stays the latest where the function always runs over the next instant, also where it ends at one.
n = 0
cron.run("* * * * *", function(scheduled)
  n = n + 1
  print(at(scheduled), at(time.now()))
  sleep(n < 4 and 200 or 60)
  return n < 6
end)
