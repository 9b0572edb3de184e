-- gather returns the first value of each member; none is nil.
print(gather(function() return 1, 2 end, function() end, function() return 3 end))
