-- n is a whole number from 1 on.
print(select(2, pcall(sync.semaphore, 0)).message)
print(select(2, pcall(sync.semaphore, 1.5)).message)
print(select(2, pcall(sync.semaphore)).message)
