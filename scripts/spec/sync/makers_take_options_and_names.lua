-- Each maker takes its arguments by name in one table, with a name for the object; the table may also come last.
local lock = sync.lock { name = "db" }
for _, object in ipairs {
  sync.queue { max = 10, name = "jobs" }, sync.queue { max = 2 }, sync.queue { name = "jobs" }, sync.queue(3, { name = "jobs" }), sync.queue {},
  lock, sync.lock {}, sync.semaphore { n = 2, name = "cores" }, sync.semaphore(2, { name = "cores" }), sync.event { name = "ready" },
  sync.condition { name = "full" }, sync.condition { lock = lock, name = "full" }, sync.condition(lock, { name = "full" }),
  sync.barrier { n = 3, name = "start" }, sync.limiter { rate = 5, burst = 2, name = "api" }, sync.limiter(5, { burst = 2 }), sync.limiter(5, 2, { name = "api" }),
} do
  print(object)
end
for _, case in ipairs {
  { sync.queue, { size = 1 } }, { sync.queue, { max = 0 } }, { sync.queue, { max = "1" } }, { sync.queue, { max = 1.5 } }, { sync.queue, 1, { max = 2 } }, { sync.queue, { 5 } },
  { sync.lock, "db" }, { sync.event, 1 }, { sync.queue, 1, "jobs" }, { sync.lock, { nane = "x" } }, { sync.lock, { name = {} } }, { sync.lock, { name = ("x"):rep(201) } }, { sync.semaphore, {} }, { sync.semaphore, { n = 0 } },
  { sync.condition, { lock = 1 } }, { sync.barrier, { n = 0/0 } }, { sync.limiter, { rate = 0 } }, { sync.limiter, { rate = 1, burst = 0.5 } }, { sync.limiter, { burst = 1 } },
} do
  print(select(2, pcall(unpack(case))).message)
end
