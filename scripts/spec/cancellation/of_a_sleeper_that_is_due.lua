-- So is a sleeper whose time has come.
local t
spawn(function() sleep(1) t:cancel() end)
t = spawn(function() sleep(1) print("never") end)
sleep(2)
print(t:cancelled())
