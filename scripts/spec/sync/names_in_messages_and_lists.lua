-- An object with a name is called by it: in messages, in lists of tasks, and in a deadlock, which says who holds a lock.
local lock, q, ready = sync.lock { name = "db" }, sync.queue { name = "jobs", max = 1 }, sync.event { name = "ready" }
print(select(2, pcall(lock.release, lock)).message)
q:put(1)
local holder = spawn(function() lock:with(sleep, math.huge) end)
holder:name("holder")
sleep(0)
print(select(2, pcall(lock.release, lock)).message)
local t = spawn(q.put, q, 2)
sleep(0)
print(t)
for _, wait in ipairs { function() lock:acquire() end, function() ready:wait() end, function() sync.event():wait() end, function() sync.semaphore { n = 1, name = "one" }:with(sleep, math.huge) end } do
  spawn(wait)
end
sleep(0)
t:cancel()
q:close()
print(select(2, pcall(q.put, q, 2)).message)
