-- stop(code) sets the exit status; the first one stays.
stop(3)
stop(4)
