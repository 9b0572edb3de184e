local f = io.open("in.txt")
print(f:read("*n", "*l"))
print(f:read())
