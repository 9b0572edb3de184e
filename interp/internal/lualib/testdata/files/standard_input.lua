print(io.read())
print(io.read("*n", "*l"))
print(io.stdin:read(2))
for l in io.lines() do print(l) end
print(io.read("*a"), io.read("*l"))
