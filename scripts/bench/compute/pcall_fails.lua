local function f() error("x") end
for i = 1, 200000 do pcall(f) end
