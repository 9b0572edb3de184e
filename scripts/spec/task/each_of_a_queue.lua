-- each takes from a queue until it is closed and empty.
local q = sync.queue(2)
spawn(function() for i = 1, 6 do q:put(i) end sleep(3) q:put("late") q:close() end)
task.each(q, function(v) print(v, now()) sleep(1) end, { limit = 2 })
print(now(), q)
-- An item that it waited for, or whose task never started, is not lost when it is cancelled.
local p = sync.queue()
for i = 1, 5 do p:put(i) end
local done = {}
local t = spawn(task.each, p, function(v) sleep(1) done[#done + 1] = v end, { limit = 3 })
sleep(0)
t:cancel()
t:join()
print(#done, p, p:get(), p:get(), p:get())
-- One that waits for an item is a getter like others; what it was handed goes back when it is cancelled.
t = spawn(task.each, p, function(v) print("each", v) end)
sleep(0)
spawn(function() print("getter", p:get()) end)
sleep(0)
p:put(1) p:put(2)
sleep(0)
p:put("handed over")
t:cancel()
t:join()
print(p:try_get())
