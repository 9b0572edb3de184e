-- A task, a job, a function and a coroutine.
local job = async(function() return "job" end)
print(gather(spawn(function() return "task" end), job(), function() return "function" end,
  coroutine.create(function() return "coroutine" end)))
