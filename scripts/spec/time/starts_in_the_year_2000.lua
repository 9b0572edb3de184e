-- os.time follows the virtual clock, which starts at 2000-01-01 00:00:00 UTC.
print(os.time())
sleep(3600)
print(os.time())
