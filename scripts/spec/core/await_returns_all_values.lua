-- All values come back, nils among them.
print(await(function() return 1, nil, 3 end))
print(select("#", await(function() end)))
