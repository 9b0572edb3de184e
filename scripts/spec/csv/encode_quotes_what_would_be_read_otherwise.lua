-- Rows are read back as they were encoded: quotes, separators, line breaks, spaces at the ends, a row of one empty field.
local rows = { { "a", "b c", " d", "e,f" }, { 'g"h', "i\nj", "k\r", "" }, { "\239\187\191x", "#y", "z;", "'" } }
local text = csv.encode(rows)
io.write(text)
print(json.encode(csv.decode(text, { header = false })) == json.encode(rows))
io.write(csv.encode{ { "" }, { "x" } })
print((csv.encode({ { "", "x" }, { 1, true } }, { quote_all = true, separator = ";", crlf = true, bom = true }):gsub("\r", "<CR>")))
io.write(csv.encode{ { 0.1, 2 ^ 53, -0.5, 1e300, 1 / 3 }, table.pack(nil, json.null, false, nil, json.number("1.10")) })
