-- tail gives the lines of a file as they come: over rotation, over cutting, and in pieces.
local path = fs.temp() .. "/log"
write(path, "old 1\nold 2\n")
local next_line = fs.tail(path)
local function add(text) write(path, text, { append = true }) end
local function get(n)
  local all = {}
  for i = 1, n do all[i] = next_line() end
  print(table.concat(all, "|"))
end
add("one\ntwo\r\n\nthr")
get(3)
add("ee\nlast")
get(1)
fs.move(path, path .. ".1") -- rotated: what is in the old one comes first
write(path .. ".1", " of it", { append = true })
write(path, "new 1\nnew 2\n")
get(3)
write(path, "cut\n") -- written anew
get(1)
local start = fs.tail(path .. ".1", { from = "start" })
print(start(), start())
-- A wait that was given up loses nothing.
print(task.move_on_after(next_line, 3600))
add("late\n")
get(1)
for _, args in ipairs { {}, { path, { from = "middle" } }, { path .. "none" }, { "/" } } do
  local ok, err = pcall(fs.tail, unpack(args))
  print(ok, err.code or err.message:gsub("%S*lull%-%w*", "DIR"))
end
local t = spawn(function() next_line = fs.tail(path, { from = "start" }) end)
t:join()
print(next_line()) -- closed with its task
