-- t:result() of a task that has not ended raises that.
local t = spawn(sleep, 1)
t:name("slow")
local ok, err = pcall(t.result, t)
print(ok, err.message, err.kind)
