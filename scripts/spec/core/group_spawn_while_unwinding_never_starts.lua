-- A task that a group spawns while it is being cancelled is cancelled before its first turn.
group(function(g)
  local t
  finally(function()
    g:cancel()
    t = g:spawn(function() print("never") end)
    sleep(1)
  end, function()
    sleep(0)
    print(t:done(), t:cancelled())
  end)
end)
