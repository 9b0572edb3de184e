-- With zero a running task is cancelled, and has unwound when the time-out is raised.
local t = spawn(sleep, 9)
sleep(0)
local ok, err = pcall(wait_for, t, 0)
print(ok, err.kind, t:cancelled(), now())
