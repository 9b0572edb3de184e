-- A job is started by spawn, with the arguments it was made with.
local double = async(function(n) return 2 * n end)
print(await(spawn(double(21))))
