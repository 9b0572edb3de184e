-- Awaiting another task that was cancelled raises an error of kind cancelled, which pcall catches.
local t = spawn(sleep, 9)
sleep(0)
t:cancel("no need")
local ok, err = pcall(await, t)
print(ok, err.kind, err.message:match("no need"))
print("goes on")
