-- A wait inside a metamethod lets others run.
spawn(print, "other")
local o = setmetatable({}, { __index = function(_, k) sleep(1) return k .. "!" end })
print(o.x, now())
