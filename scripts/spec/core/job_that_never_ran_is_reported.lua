-- A job never started is reported at the end, and does not change the exit status.
local fetch = async(function() end)
fetch()
print("done")
