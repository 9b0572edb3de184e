-- If main raises, the tasks are cancelled and unwound first; status 1.
spawn(function() finally(function() sleep(99) end, function(_, e) sleep(1) print("unwinds", e.kind, now()) end) end)
sleep(1)
error("main failed", 0)
