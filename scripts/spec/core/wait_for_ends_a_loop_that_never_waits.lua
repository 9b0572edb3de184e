-- A loop that never comes to a checkpoint is interrupted as well.
-- real time
local ok, err = pcall(wait_for, function() while true do end end, 0.05)
print(ok, err.kind)
