-- An error that a loser raises while it unwinds is not lost: it is raised instead of returning.
local ok, err = pcall(race, function() return sleep(1, "won") end, function()
  finally(function() sleep(9) end, function() error("loser", 0) end)
end)
print(ok, err)
