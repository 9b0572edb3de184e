-- An error cancels the other tasks; what was not begun stays in the queue, in its order.
local q = sync.queue()
for i = 1, 6 do q:put(i) end
print(pcall(q.drain, q, function(v) sleep(v) error("at " .. v, 0) end, { limit = 2 }))
print(q, now())
local t = spawn(q.drain, q, print, { limit = 3 })
sleep(0)
t:cancel("enough")
t:join()
print(q, q:get(), q:get(), q:get(), q:get())
-- cancelled while it waits for more
local waits = spawn(function() q:drain(function() sleep(9) end) end)
q:put("long")
sleep(1)
waits:cancel()
waits:join()
q:put("kept")
print(q:get())
for _, args in ipairs { {}, { 1 }, { print, 5 }, { print, { limit = 0 } }, { print, { max = 1 } } } do
  print(select(2, pcall(q.drain, q, unpack(args))).message)
end
