-- Tasks: start, wait for, cancel.
--
-- asyncio:
--   task = asyncio.create_task(greet("Lull"))
--   print(await task)
--
--   task.cancel()
--   try:
--       await task
--   except asyncio.CancelledError:
--       ...                     # it, or I?

local function greet(name)
  print("greet: starts")
  sleep(1)
  return "hello", name
end

-- The new task first runs at the spawner's next checkpoint. All its values come back.
local greeting = spawn(greet, "Lull")
print("main: spawned", greeting:done())
print(await(greeting))
print(greeting:done())

-- A cancelled task unwinds; finally is where it cleans up.
local sleeper = spawn(function()
  finally(function()
    sleep(3600)
  end, function(ok, err)
    print("sleeper: " .. err.kind)
  end)
end)
sleep(1)
print(sleeper:cancel("not needed"))
local ok, err = pcall(await, sleeper)
print(ok, err.kind, sleeper:cancelled())
print(sleeper:cancel()) -- it has ended already

-- An error arrives, as it was raised, where the task is awaited.
print(pcall(await, spawn(error, "broken")))
