-- Several items that go back keep their order, whoever was cancelled first.
for _, order in ipairs{ { 1, 2, 3 }, { 3, 2, 1 }, { 2, 1, 3 } } do
  local q, t = sync.queue(), {}
  for i = 1, 3 do t[i] = spawn(function() q:get() end) end
  sleep(0)
  for i = 1, 4 do q:put(i) end
  for _, i in ipairs(order) do t[i]:cancel() end
  print(q:get(), q:get(), q:get(), q:get())
end
