-- A job that wait_for does not start for lack of time counts as used.
local job = async(function() end)()
print(pcall(wait_for, job, 0))
print(select(2, pcall(await, job)).message)
