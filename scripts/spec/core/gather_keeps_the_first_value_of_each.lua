-- Of each member gather returns the first value; none is nil.
print(gather(function() return 1, 2 end, function() end, function() return 3 end))
