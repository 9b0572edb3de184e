-- Calling an async function runs nothing; awaiting the job does.
local f = async(function(x) print("runs") return x end)
local job = f(7)
print("made")
print(await(job))
