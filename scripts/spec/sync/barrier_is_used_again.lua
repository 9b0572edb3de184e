-- A barrier is used again and again.
local b = sync.barrier(2)
for _, name in ipairs{ "a", "b" } do
  spawn(function() for round = 1, 3 do b:wait() print(name, round) end end)
end
