-- Releasing what the task does not hold is an error that says who does.
local l = sync.lock()
print(select(2, pcall(l.release, l)).message)
local t = spawn(function() l:with(sleep, 1) end)
t:name("holder")
sleep(0)
local err = select(2, pcall(l.release, l))
print(err.message, err.kind)
