-- wait_for returns what it waited for, all values.
print(wait_for(function(...) return ... end, 1, "a", nil, "c"))
