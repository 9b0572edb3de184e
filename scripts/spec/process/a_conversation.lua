-- process.start is for a conversation; what it returns has streams, and ends with its task.
local p = process.start { "sed", "-u", "s/$/!/" }
for _, word in ipairs { "one", "two" } do
	p.stdin:write(word, "\n")
	print(p.stdout:read())
end
p.stdin:close()
print(p.stdout:read(), p:wait().ok, p:done(), p:kill())
local kept
await(spawn(function() kept = process.start { "cat" } end))
print(kept:done())
local mine = await(spawn(function() return process.start { "cat" } end))
print(mine:done(), mine:kill(), select(2, pcall(mine.wait, mine)).signal)
