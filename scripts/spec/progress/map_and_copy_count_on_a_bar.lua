-- task.map and fs.copy count on a bar that is given as progress; with true they have one of their own.
local b = progress.bar { unit = "items" }
task.map({ 3, 1, 2 }, function(n) sleep(n) print(b) end, { progress = b })
print(b)
print(#task.map({ 1, 2 }, tostring, { progress = true }))
print(pcall(task.map, { 1 }, tostring, { progress = 1 }))
print(pcall(task.map, { 1 }, tostring, { progress = print }))
local dir = fs.temp()
write(dir .. "/a", ("x"):rep(3 * 2 ^ 20))
local bytes = progress.bar { unit = "bytes" }
print(fs.copy(dir .. "/a", dir .. "/b", { progress = bytes }), bytes)
print(fs.copy(dir .. "/a", dir .. "/c", { progress = bytes }), bytes)
print(fs.copy(dir .. "/a", dir .. "/d", { progress = true }))
print(fs.copy(dir .. "/a", dir .. "/e", { progress = false }))
print(pcall(fs.copy, dir .. "/a", dir .. "/f", { progress = 1 }))
