for i = 1, 2 do
  local f = io.open("x", "a")
  f:write(i)
  f:close()
end
print(io.open("x"):read("*a"))
