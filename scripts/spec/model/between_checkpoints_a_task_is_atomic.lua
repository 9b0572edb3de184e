-- Between checkpoints nobody else runs: plain variables need no locks.
local n = 0
for _ = 1, 100 do
  spawn(function() for _ = 1, 10 do local v = n v = v + 1 n = v sleep(0) end end)
end
sleep(1)
print(n)
