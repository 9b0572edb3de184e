-- Where fn has released the lock itself, with says so.
local l = sync.lock()
print(select(2, pcall(l.with, l, function() l:release() end)).message)
