-- A priority queue with a class and an order that is given: methods, fields, callbacks.
local Heap = {}
Heap.__index = Heap
function Heap.new(before) return setmetatable({ items = {}, n = 0, before = before }, Heap) end
function Heap:push(item)
  local items, i = self.items, self.n + 1
  self.n = i
  while i > 1 do
    local parent = (i - i % 2) / 2
    if not self.before(item, items[parent]) then break end
    items[i], i = items[parent], parent
  end
  items[i] = item
end
function Heap:pop()
  local items, n = self.items, self.n
  local top, last = items[1], items[n]
  items[n], self.n = nil, n - 1
  n = n - 1
  if n > 0 then
    local i = 1
    while 2 * i <= n do
      local child = 2 * i
      if child < n and self.before(items[child + 1], items[child]) then child = child + 1 end
      if not self.before(items[child], last) then break end
      items[i], i = items[child], child
    end
    items[i] = last
  end
  return top
end
local heap, x = Heap.new(function(a, b) return a.key < b.key end), 42
for i = 1, 30000 do
  x = (x * 16807) % 2147483647
  heap:push { key = x, name = i }
end
local last, sum = 0, 0
while heap.n > 0 do
  local item = heap:pop()
  assert(item.key >= last)
  last, sum = item.key, sum + item.name
end
assert(sum == 30000 * 30001 / 2)
