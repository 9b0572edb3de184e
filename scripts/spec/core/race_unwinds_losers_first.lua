-- The losers have unwound before race returns.
print(race(function() return sleep(1, "won") end, function()
  finally(function() sleep(9) end, function() sleep(2) print("unwound") end)
end))
print(now())
