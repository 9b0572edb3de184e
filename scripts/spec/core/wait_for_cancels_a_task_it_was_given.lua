-- A task given to wait_for is owned: the time-out cancels it.
local t = spawn(sleep, 9)
local ok, err = pcall(wait_for, t, 1)
print(ok, err.kind, t:cancelled(), now())
