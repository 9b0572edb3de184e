print(io.close())
print(io.stdin:close())
print(pcall(io.lines, "none"))
