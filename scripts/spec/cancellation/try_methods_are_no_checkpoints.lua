-- Methods that never wait are no checkpoints.
local q, l, s = sync.queue(), sync.lock(), sync.semaphore(1)
local t
t = spawn(function()
  t:cancel()
  print(q:try_put(1), q:try_get(), l:try_acquire(), l:release(), s:try_acquire(), now())
end)
