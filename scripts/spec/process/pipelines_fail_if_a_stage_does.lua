-- A pipeline is a list of commands, in one group; it fails if any stage fails, but not because a later one read no more.
print((process.read { { "printf", "b\na\nb\n" }, { "sort" }, { "uniq" } }))
local r = process.run { { "yes" }, { "head", "-n", "1" }, stdout = "capture" }
print(r.ok, r.stdout, r.statuses[2])
local err = select(2, pcall(process.run, { { "sh", "-c", "exit 3" }, { "cat" } }))
print(err.kind, err.stage, err.status, table.concat(err.statuses, " "))
