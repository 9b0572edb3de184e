-- At least one number is needed, two for shifts.
for _, name in ipairs { "tobit", "bnot", "band", "bor", "bxor", "lshift", "rshift", "arshift", "rol", "ror", "bswap", "tohex" } do
  print(name, select(2, pcall(bit[name])), select(2, pcall(bit[name], {})), select(2, pcall(bit[name], 1, {})))
end
