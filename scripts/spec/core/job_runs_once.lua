-- Using a job twice is an error.
local f = async(function() return 1 end)
local job = f()
print(await(job))
local ok, err = pcall(await, job)
print(ok, err.message, err.kind)
