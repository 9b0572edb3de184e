-- On time-out wait_for raises an error of kind timeout that says who and after how long.
local ok, err = pcall(wait_for, sleep, 0.5, 10)
print(ok, err.kind, err.message, now())
