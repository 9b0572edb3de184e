-- A cancelled task has not failed: nothing is reported.
local t = spawn(sleep, 9)
sleep(0)
t:cancel()
print("fine")
