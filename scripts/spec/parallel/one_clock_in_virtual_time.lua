-- In virtual time the isolates of a run are on one clock: four items of 10 s two by two take 20 s.
parallel.map({ 1, 2, 3, 4 }, function(i) sleep(10) print(i, now()) end, { limit = 2 })
print(now())
