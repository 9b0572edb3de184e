-- A task that has ended gives its values, as often as it is asked.
local t = spawn(function() return "v" end)
sleep(0)
print(await(t), await(t), t:await())
