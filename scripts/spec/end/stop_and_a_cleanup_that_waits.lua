-- Cleanups may wait for as long as their grace after a stop.
spawn(function() finally(function() sleep(99) end, function() sleep(99) print("never") end) end)
sleep(1)
stop()
sleep(0)
