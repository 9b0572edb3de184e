-- available() counts the free permits.
local s = sync.semaphore(3)
s:acquire()
print(s:available(), s:try_acquire(), s:try_acquire(), s:try_acquire(), s:available())
s:release()
print(s:available())
