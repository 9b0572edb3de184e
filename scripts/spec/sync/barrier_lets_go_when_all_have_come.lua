-- wait waits until n have come, and returns the arrival's number.
local b = sync.barrier(3)
for i = 1, 3 do spawn(function() sleep(i) print(i, b:wait(), now()) end) end
