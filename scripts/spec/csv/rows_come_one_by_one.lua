-- csv.rows gives row, line and offset of each row, from a path, a handle or a function of pieces; blank lines are skipped.
local dir = os.tmpname()
os.remove(dir)
local path = dir .. ".csv"
write(path, "name,age\r\nann,41\n\n\"b\r\nob\",7\r\n\"\",\nlast,1")
local function show(source, opts)
	for row, line, offset in csv.rows(source, opts) do print(line, offset, json.encode(row)) end
end
show(path)
local f = io.open(path)
show(f, { header = false })
print(io.type(f))
f:close()
local text = read(path)
local at = 0
show(function() at = at + 1 if at <= #text then return text:sub(at, at) end end, { header = { "a", "b" } })
show(function() end)
write(path, "")
show(path)
write(path, "only,a,header\n")
show(path)
os.remove(path)
