-- The script does not wait for a daemon: it is cancelled and unwound at the end.
task.daemon(function()
  finally(function() while true do sleep(1) print("beat", now()) end end, function(_, e) print("unwinds", e.kind) end)
end)
sleep(2.5)
print("main ends")
