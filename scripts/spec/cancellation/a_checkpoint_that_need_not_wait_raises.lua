-- A builtin that can wait raises if its task is cancelled, also where it need not wait.
local q, l, s, e = sync.queue(), sync.lock(), sync.semaphore(1), sync.event()
e:set()
for _, f in ipairs{
  function() q:put(1) end, function() l:acquire() end, function() s:acquire() end, function() e:wait() end,
  function() gather() end, function() await(print, "never") end, -- lull: ignore argument-count
} do
  local t
  t = spawn(function() t:cancel() f() print("never") end)
  t:join()
  print(t:cancelled())
end
print(q:size(), l:locked(), s:available())
