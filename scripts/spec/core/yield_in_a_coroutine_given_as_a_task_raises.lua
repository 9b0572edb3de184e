-- In a task's own function coroutine.yield raises, also where the function came as a coroutine.
local t = spawn(coroutine.create(function()
  local ok, err = pcall(function() coroutine.yield(1) end)
  print(ok, err:match("attempt.*"))
end))
await(t)
