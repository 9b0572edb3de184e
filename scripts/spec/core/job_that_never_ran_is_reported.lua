-- A job never started is reported at the end with the line of its call, and the exit status is 1.
local fetch = async(function() end)
fetch() -- lull: ignore unused-job
print("done")
