-- Rows by name have a header, in the order of the first row or of columns; lists have none unless columns names them.
io.write(csv.encode{ { name = "ann", age = 41 }, { age = 7 } })
io.write(csv.encode({ { name = "ann", age = 41 } }, { columns = { "age", "name", "more" } }))
io.write(csv.encode({ { name = "ann" } }, { header = false }))
io.write(csv.encode({ { 1, 2 } }, { columns = { "a", "b" } }))
io.write(csv.encode({}, { columns = { "a", "b" } }))
print(csv.encode{} == "")
for _, rows in ipairs{ { { a = 1 }, { b = 2 } }, { { a = 1 }, { 1 } }, { { 1 }, { a = 1 } }, { {} }, { { a = {} } }, { { print } }, { 1 }, { { 0 / 0 } }, { { 1, [3] = 2 } }, { { [1.5] = 1 } }, { a = 1 }, 5 } do
	local _, err = pcall(csv.encode, rows)
	print(err.message)
end
print(select(2, pcall(csv.encode, { { 1 } }, { columns = { "a", "b" } })).message)
