-- csv.writer writes rows as they come; what it has opened it closes.
local path = os.tmpname()
local w = csv.writer(path)
w:write{ name = "ann", age = 41 }
w:write{ name = "bob" }
w:close()
w:close()
io.write(read(path))
print(select(2, pcall(w.write, w, {})).message, select(2, pcall(w.write, w, {})).kind)
local f = io.open(path, "w")
local to = csv.writer(f, { crlf = true })
to:write{ "x", "y" }
to:close()
f:write("the handle is open")
f:close()
print((read(path):gsub("\r", "<CR>")))
local pieces = {}
local each = csv.writer(function(text) sleep(1) pieces[#pieces + 1] = text end)
each:write{ 1 }
each:write{ 2 }
print(#pieces, now(), table.concat(pieces, "|"))
print(select(2, pcall(each.write, each, { {} })).message)
csv.writer(io.stdout, { columns = { "empty" } }):close()
os.remove(path)
print(select(2, pcall(csv.writer, "/no/such/folder/x.csv")).code, select(2, pcall(each.write, each, 1)).message)
