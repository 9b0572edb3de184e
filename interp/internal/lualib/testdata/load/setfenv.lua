local f = loadstring("return y")
setfenv(f, {y = 7})
print(f())
