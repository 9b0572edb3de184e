-- sleep(math.huge) waits until cancelled.
print(pcall(wait_for, sleep, 100, math.huge))
print(now())
