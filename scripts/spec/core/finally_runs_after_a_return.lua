-- cleanup(true) runs after a return, whose values are returned.
print(finally(function() return 1, nil, 3 end, function(...) print("cleanup", ...) end))
