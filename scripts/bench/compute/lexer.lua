-- A reader of numbers, names and lists: find, sub and byte at each step.
local byte, find, sub = string.byte, string.find, string.sub
local function read(text, at)
  at = find(text, "%S", at)
  local c = byte(text, at)
  if c == 40 then -- (
    local list = {}
    at = at + 1
    while true do
      at = find(text, "%S", at)
      if byte(text, at) == 41 then return list, at + 1 end
      list[#list + 1], at = read(text, at)
    end
  elseif c >= 48 and c <= 57 then
    local _, last = find(text, "^%d+", at)
    return tonumber(sub(text, at, last)), last + 1
  end
  local last = at
  while find(sub(text, last, last), "%w") do last = last + 1 end
  return sub(text, at, last - 1), last
end
local function value(tree, names)
  if type(tree) == "number" then return tree end
  if type(tree) == "string" then return names[tree] end
  local result = value(tree[2], names)
  for i = 3, #tree do
    local operand = value(tree[i], names)
    if tree[1] == "add" then result = result + operand else result = result * operand end
  end
  return result
end
local text = "(add x (mul 2 (add y 1)) (mul x y 3 (add 10 20 30)))"
local sum = 0
for i = 1, 9000 do sum = sum + value((read(text, 1)), { x = i % 7, y = 2 }) end
assert(sum == 9801000, sum)
