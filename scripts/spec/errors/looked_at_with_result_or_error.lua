-- t:result() and t:error() count as awaiting.
local a, b = spawn(error, "a"), spawn(error, "b")
sleep(0)
print(pcall(a.result, a))
print(b:error())
