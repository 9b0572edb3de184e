-- Any task may release: permits belong to nobody.
local s = sync.semaphore(1)
s:acquire()
spawn(function() s:release() end)
s:acquire()
print("again")
