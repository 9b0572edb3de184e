print(load("return ...", "=x", "t", {})(3))
print(load("return x", "=x", "t", {x = 5})())
print(load("x ="))
print(loadstring("x =", "@f.lua"))
