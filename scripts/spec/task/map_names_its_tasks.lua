-- The tasks are named after their items, a string or a number, or else by their place; opts.name names them otherwise.
local function name() return task.current():name() end
print(unpack(task.map({ "host1", 22, {}, true, print, "" }, name)))
print(unpack(task.map({ { host = "a" }, { host = "b" } }, name, { name = function(item, i) return item.host .. i end })))
print(unpack(task.map({ "x", {} }, name, { name = function() end })))
print(unpack(task.map({ "x" }, name, { name = function() sleep(1) return 5 end })), now())
print(pcall(task.map, { "x" }, name, { name = function() return {} end }))
print(pcall(task.map, { "x" }, name, { name = function() error("unnamed", 0) end }))
print(pcall(task.map, { "x" }, name, { name = "y" }))
task.each({ "each", {} }, function() print(name()) end)
local q = sync.queue()
q:put("drain") q:put {}
q:drain(function() print(name()) end, { limit = 1 })
-- an error and a list of tasks say it
local t = spawn(task.map, { "slow" }, function() sleep(1) error("down") end)
sleep(0.5)
print(task.all()[3])
print(t:error(), pcall(await, t))
