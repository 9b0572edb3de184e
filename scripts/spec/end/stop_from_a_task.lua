-- A task may stop the run, main included.
spawn(function() sleep(1) stop(7) end)
sleep(99)
print("never")
