-- Releasing above n is an error.
local s = sync.semaphore(2)
local ok, err = pcall(s.release, s)
print(ok, err.message, err.kind, s:available())
