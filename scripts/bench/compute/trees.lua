-- Trees of small tables that are made, counted and dropped.
local function tree(depth)
  if depth == 0 then return {} end
  return { left = tree(depth - 1), right = tree(depth - 1) }
end
local function count(node)
  if not node.left then return 1 end
  return 1 + count(node.left) + count(node.right)
end
local total = 0
for depth = 4, 16, 2 do
  for _ = 1, 2 ^ (16 - depth) do total = total + count(tree(depth)) end
end
assert(total == 7 * 2 ^ 17 - 5461, total)
