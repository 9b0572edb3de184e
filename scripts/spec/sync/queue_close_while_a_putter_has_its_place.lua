-- A putter that has its place but has not run when the queue is closed fails as well: its item is not lost silently.
local q = sync.queue(1)
q:put("in")
local t = spawn(function() print(select(2, pcall(q.put, q, "out")).kind) end)
sleep(0)
print(q:get())
q:close()
t:join()
print(q:get())
