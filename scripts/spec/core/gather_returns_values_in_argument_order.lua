-- Values come back in argument order, however long each took.
local function after(s, v) return function() return sleep(s, v) end end
print(gather(after(3, "a"), after(1, "b"), after(2, "c")))
print(now())
