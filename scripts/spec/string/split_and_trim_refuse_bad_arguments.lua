-- Values that are no strings, and a number of pieces below one.
for _, args in ipairs { {}, { {} }, { "a", {} }, { "a", ",", 0 }, { "a", ",", -1 }, { "a", ",", "x" }, { "a", ",", 0 / 0 } } do
  print(select(2, pcall(string.split, unpack(args))))
end
print(select(2, pcall(string.trim)))
print(select(2, pcall(string.trim, {})))
