-- Several conditions may share one lock: a bounded buffer.
local l = sync.lock()
local not_empty, not_full, items = sync.condition(l), sync.condition(l), {}
spawn(function()
  for i = 1, 5 do
    l:acquire()
    not_full:wait_until(function() return #items < 2 end)
    table.insert(items, i)
    not_empty:notify()
    l:release()
  end
end)
for _ = 1, 5 do
  l:acquire()
  not_empty:wait_until(function() return #items > 0 end)
  print(table.remove(items, 1))
  not_full:notify()
  l:release()
end
