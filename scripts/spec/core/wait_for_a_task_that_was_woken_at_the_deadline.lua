-- A task that has been woken at the instant of the deadline, but has not run, is still at its checkpoint: it is too late.
local t = spawn(function() return sleep(1, "v") end)
sleep(0)
local ok, err = pcall(wait_for, t, 1)
print(ok, err.kind, t:cancelled())
