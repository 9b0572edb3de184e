-- Putters that wait when the queue is closed get an error of kind closed; what is in it stays.
local q = sync.queue(1)
q:put("in")
local t = spawn(function() local ok, err = pcall(q.put, q, "out") print(ok, err.kind, err.message) end)
sleep(0)
q:close()
t:join()
print(q:get(), q:get())
