-- A stop decides the status; errors are still told.
spawn(function() error("lost", 0) end)
sleep(1)
stop(0)
