-- time.now is the time of the run's clock, in seconds since 1970, with fractions; in virtual time it moves as tasks sleep.
local start = time.now()
print(start)
sleep(1.5)
print(time.now() - start)
