-- A function or coroutine that gather, race or task.any is given has a task that is named after its place; a job keeps its function's name, a task its own.
local function name() return task.current():name() end
local fetch = async(name)
local own = spawn(name)
own:name("own")
print(gather(name, fetch(), coroutine.create(name), own))
print(table.concat(gather { name, name }, " "))
print(race(name, function() sleep(1) end))
print(task.any { function() error("x") end, name })
spawn(function() print(name()) end)
