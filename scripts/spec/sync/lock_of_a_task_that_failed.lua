-- So is one that fails holding it; its error is its own matter.
local l = sync.lock()
local t = spawn(function() l:acquire() error("broken", 0) end)
t:name("unlucky")
print(pcall(await, t))
print(l:locked())
