-- A table has its columns in line, counted in cells; numbers end at the right.
local function show(...) print((term.table(...):gsub("[^\n]+", "|%0|"))) end
show { { "name", "n" }, { "日本語", "x" }, { "e\204\129" } }
show { { "web1", 12.5, true }, { "db", 7 }, { nil, 100, false } }
show({ { host = "web1", up = true, load = 1.5 }, { host = "db", load = 12 } }, { columns = { "host", "load", "up" } })
show({ { "a", 1 }, { "bbb", 22 } }, { columns = { "first", "second" }, align = { "right", "left" } })
show({ { x = "a" } }, { columns = { "x" }, align = { x = "right" } })
show({ { ("long "):rep(10), "short", ("wide 日本 "):rep(5) } }, { max_width = 30 })
show({ { "two\nlines\tand a tab", "\27[31mred\27[0m", "\27[2Jno" } })
show {}
show { {} }
for _, bad in ipairs { { 1 }, { { {} } }, { { print } } } do print(pcall(term.table, bad)) end
for _, bad in ipairs { { columns = 1 }, { columns = { 1, {} } }, { align = { "middle" } }, { align = 1 }, { max_width = -1 }, { width = 3 } } do
  print(pcall(term.table, { { 1 } }, bad))
end
