-- It goes through coroutine.resume and coroutine.wrap.
print(task.move_on_after(function()
  local co = coroutine.create(function() sleep(9) end)
  print("never", coroutine.resume(co))
end, 1))
print(task.move_on_after(function()
  coroutine.wrap(function() coroutine.wrap(function() sleep(9) end)() end)()
  print("never")
end, 1))
