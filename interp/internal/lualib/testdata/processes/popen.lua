local p = io.popen("cat in.txt; exit 2")
print(p:read(), p:read("*l", "*l"))
print(io.type(p), p:close())
print(pcall(p.read, p))
for l in io.popen("echo x; echo y"):lines() do print(l) end
print(io.popen("true"):close())
print(io.popen("kill -15 $$"):close())
