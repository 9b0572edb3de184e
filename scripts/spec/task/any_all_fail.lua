-- If all fail the first error is raised, the others on err.others in order.
local function bad(s) return function() sleep(s) error("after " .. s, 0) end end
local ok, err = pcall(task.any, { bad(3), bad(1), bad(2) })
print(ok, tostring(err), err.others[1], err.others[2], now())
