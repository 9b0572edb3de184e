local f = io.open("/dev/full", "w")
print(f:write("x"))
print(f:flush())
print(f:write("x"), f:close())
