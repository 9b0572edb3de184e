-- An error that was only joined is still nobody's: it is reported and decides the status.
local t = spawn(function() error("mine", 0) end)
t:join()
print("joined")
