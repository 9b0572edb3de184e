-- race takes a list as well.
print(race{ function() return sleep(2) end, function() return sleep(1, "v") end })
