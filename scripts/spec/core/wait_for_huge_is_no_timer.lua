-- math.huge as a limit is none.
print(wait_for(function() return sleep(5, "v") end, math.huge))
