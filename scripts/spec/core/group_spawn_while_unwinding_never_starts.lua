-- What a group that is being cancelled spawns is cancelled before its first turn.
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
