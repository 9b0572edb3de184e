-- process.signals watches signals: while it is open they are told, and do not end the run; waiting for one holds no clock.
local w = process.signals { "HUP", "SIGTERM" }
print(w)
process.kill(process.pid, "HUP")
print(w:get())
spawn(function()
  sleep(3600)
  process.kill(process.pid, "TERM")
end)
for name in w:items() do
  print(name, now() >= 3600)
  w:close()
end
print(w:get())
local ok, err = pcall(process.signals, { "KILL" })
print(ok, err)
