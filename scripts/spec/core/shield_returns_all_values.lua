-- shield returns all values of what it waits for, and passes arguments.
print(shield(function(a, b) sleep(1) return a, b, 3 end, 1, 2))
