-- After 1,000 checkpoints in a row that need not wait, others have a turn.
local s, turns = sync.semaphore(1), 0
spawn(function() for i = 1, 5 do turns = turns + 1 sleep(0) end end)
for _ = 1, 3500 do s:acquire() s:release() end
print(turns)
