-- A function in Go gets the item alone: read takes a second argument for a number of bytes.
local paths = {}
for i = 1, 3 do
  paths[i] = os.tmpname()
  write(paths[i], ("x"):rep(10 * i))
end
for i, text in ipairs(task.map(paths, read)) do print(#text) end
task.each(paths, os.remove)
print(unpack(task.map({ 1.5, "2", "x" }, tonumber)))
print(unpack(task.map({ 1, 4, 9 }, math.sqrt, { name = tostring })))
print(unpack(task.map({ "a" }, function(...) return select("#", ...) end)))
