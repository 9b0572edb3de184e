-- The same job twice in one gather is used twice.
local f = async(function() sleep(1) end)
local job = f()
local ok, err = pcall(gather, job, job)
print(ok, err.message)
