-- A negative or fractional number of bytes is a bad argument.
print(pcall(read, "x", -1))
print(pcall(read, "x", 1.5))
