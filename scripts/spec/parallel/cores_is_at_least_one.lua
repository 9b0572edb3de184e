-- parallel.cores() is how many isolates compute at once, at most; in an isolate it is the same.
print(parallel.cores() >= 1, parallel.run(function() return parallel.cores() end) == parallel.cores())
