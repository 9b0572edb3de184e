-- get(timeout) returns nil and "timeout" when the time is over; with no time at all it does not wait.
local q = sync.queue()
print(q:get(0))
print(q:get(-1), now())
print(q:get(1.5))
print(now())
spawn(function() sleep(1) q:put("in time") end)
print(q:get(2), now())
print(pcall(q.get, q, 0/0))
print(pcall(q.get, q, "soon"))
-- nil and math.huge are no limit
spawn(function() sleep(1) q:put(1) q:put(2) end)
print(q:get(nil), q:get(math.huge))
-- closed: nil alone, also while it waits
spawn(function() sleep(1) q:close() end)
print(q:get(5))
print(q:get(5))
-- a late getter leaves the list: the item is the next one's
local p = sync.queue()
spawn(function() print("late", p:get(1)) end)
spawn(function() print("patient", p:get(3)) end)
sleep(2)
p:put("item")
-- a cancelled one, too, and what it was handed goes back
local t = spawn(p.get, p, 9)
sleep(0)
p:put("again")
t:cancel()
print(p:get(1))
