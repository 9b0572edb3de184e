local function f(x) return x end
for i = 1, 2500000 do pcall(f, i) end
