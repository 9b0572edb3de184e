-- show gives a value as the REPL shows it.
print(show(nil), show(true), show(1.5), show("a\n\"b\""))
print(show { 1, "two", { x = 1 }, y = {}, ["not a name"] = 2 })
local t = { name = "self" }
t.t = t
print(show(t))
print(show(setmetatable({}, { __tostring = function() return "a point" end })))
print(show { setmetatable({}, { __tostring = function() error("no", 0) end }) })
print(show(select(2, pcall(sleep, "x"))))
local long = {}
for i = 1, 120 do long[i] = i end
print(show(long))
print(#show(("x"):rep(1e5)), show { ("x"):rep(300) }:sub(-20))
local deep = {}
for i = 1, 20 do deep = { deep } end
print(show(deep))
-- It lets a __tostring wait, and passes a cancellation on.
local waits = setmetatable({}, { __tostring = function() sleep(2) return "waited" end })
print(show { waits }, now())
print(pcall(wait_for, function() show { waits } print("never") end, 1))
print(pcall(show))
