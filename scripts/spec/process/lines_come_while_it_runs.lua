-- process.lines gives the lines of a command while it runs; the status is looked at after the last one.
for line in process.lines { "printf", "a\n\nlast" } do print("<" .. line .. ">") end
local ok, err = pcall(function()
	for line in process.lines { "sh", "-c", "echo x; echo why >&2; exit 3", stderr = "capture" } do print(line) end
end)
print(ok, err.status, err.stderr)
for line in process.lines { "yes" } do print(line) break end
local next_line, p = process.lines({ "yes" }, 4)
print(#next_line(), p:close(), p:done())
