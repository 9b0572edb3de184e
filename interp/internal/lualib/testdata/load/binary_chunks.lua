print(load("\27Lua", "=x"))
print(load("return 1", "=x", "b"))
