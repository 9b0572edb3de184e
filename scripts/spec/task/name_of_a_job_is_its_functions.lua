-- The task of a job is named after the async function.
local fetch = async(function() sleep(1) end)
local t = spawn(fetch())
print(t:name())
