-- A task is named after its function, until t:name(new) names it.
local t = spawn(function() end)
print(t:name())
print(t:name("worker"), t:name())
print(task.current():name())
