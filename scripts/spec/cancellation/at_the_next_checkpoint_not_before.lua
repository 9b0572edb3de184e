-- A task that computes is cancelled at its next checkpoint, whatever that waits for.
local q = sync.queue()
q:put(1)
local t
t = spawn(function()
  t:cancel()
  print("computes on")
  q:get()
  print("never")
end)
t:join()
print(q:size())
