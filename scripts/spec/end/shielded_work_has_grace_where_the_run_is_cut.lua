-- Where the run is cut short, what is shielded has the grace period of 5 s.
spawn(function() shield(function() sleep(3) print("saved", now()) end) end)
spawn(function() shield(function() sleep(99) print("never") end) end)
sleep(1)
error("cut", 0)
