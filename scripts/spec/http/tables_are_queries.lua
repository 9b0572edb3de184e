-- A table is a query: names in the order of pairs, a list repeats its name, numbers are the shortest text that reads back.

print(http.query { b = 1, a = "x y", ["ü"] = true, none = {} })
print(http.query { n = { 1, 0.1, 2 ^ 53, 1e300, -0.5 }, off = false })
print(http.query { id = json.number("12345678901234567890"), s = "12345678901234567890" })
print(show(http.query {}))
for _, t in ipairs { { 1, 2 }, { f = print }, { t = { a = 1 } }, { t = { {} } }, { n = 0 / 0 }, { n = json.null } } do
  print(pcall(http.query, t))
end
