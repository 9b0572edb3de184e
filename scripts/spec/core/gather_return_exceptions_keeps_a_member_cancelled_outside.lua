-- A member cancelled from outside is an error value of kind cancelled in its place.
local t = spawn(sleep, 9)
spawn(function() t:cancel() end)
local r, errs = gather{ t, function() return sleep(1, "fine") end, return_exceptions = true }
print(r[1].kind, r[2], errs[1].kind, errs[2])
