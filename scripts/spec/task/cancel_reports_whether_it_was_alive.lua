-- t:cancel() is true if the task had not ended yet.
local t = spawn(sleep, 9)
print(t:cancel(), t:cancel())
t:join()
print(t:cancel(), now())
