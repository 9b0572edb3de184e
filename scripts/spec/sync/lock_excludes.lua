-- One task at a time holds a lock; the next gets it on release, in order.
local l = sync.lock()
for i = 1, 3 do
  spawn(function() l:acquire() print(i, now()) sleep(1) l:release() end)
end
