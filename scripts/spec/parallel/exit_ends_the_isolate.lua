-- os.exit and stop end the isolate they are called in: the call raises an error that says so.
print(pcall(parallel.run, os.exit, 3))
print(pcall(parallel.run, function() stop(4) sleep(1) end))
