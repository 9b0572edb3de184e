-- A bar is closed with the task that made it, whatever its end.
local t = spawn(function() progress.bar { label = "left" } sleep(100) end)
sleep(1)
t:cancel() t:join()
local bars = {}
for i = 1, 5 do bars[i] = progress.bar { label = "b" .. i } end
print(#bars, tostring(bars[5]))
