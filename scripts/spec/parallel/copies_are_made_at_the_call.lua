-- Values are copied when the call is made: assignments on one side are never seen on the other.
local n, t = 1, { 1 }
local task1 = spawn(parallel.run, function() sleep(1) n = n + 10 t[1] = t[1] + 10 return n, t[1] end)
sleep(0)
n, t[1] = 2, 2
print(await(task1))
print(n, t[1])
